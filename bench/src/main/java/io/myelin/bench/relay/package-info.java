/** What the gateway costs a token, against nginx passing the same tokens on. */
@NullMarked
package io.myelin.bench.relay;

import org.jspecify.annotations.NullMarked;
