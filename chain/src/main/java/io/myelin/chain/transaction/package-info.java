/** Transactions by intent: one sender per key, nonces in order, never sent twice. */
@NullMarked
package io.myelin.chain.transaction;

import org.jspecify.annotations.NullMarked;
