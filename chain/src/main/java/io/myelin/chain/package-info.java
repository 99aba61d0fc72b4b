/**
 * What the rest of Myelin sees of an EVM chain: blocks, logs, calls, receipts, and the client that
 * reads them.
 */
@NullMarked
package io.myelin.chain;

import org.jspecify.annotations.NullMarked;
