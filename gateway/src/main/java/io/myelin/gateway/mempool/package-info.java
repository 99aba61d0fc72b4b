/** Requests that wait for any gateway: taken in here, and taken up from others. */
@NullMarked
package io.myelin.gateway.mempool;

import org.jspecify.annotations.NullMarked;
