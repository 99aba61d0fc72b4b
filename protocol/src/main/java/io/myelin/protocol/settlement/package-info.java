/**
 * What a session agreed and what it pays, with the digests that the contracts keep: the terms, the
 * split, and the sum of a session's receipts.
 */
@NullMarked
package io.myelin.protocol.settlement;

import org.jspecify.annotations.NullMarked;
