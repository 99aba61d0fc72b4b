/** What every HTTP front shares: strict bounded JSON, one error shape, bearer keys, timers. */
@NullMarked
package io.myelin.gateway.http;

import org.jspecify.annotations.NullMarked;
