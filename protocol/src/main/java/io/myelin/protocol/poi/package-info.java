/**
 * Whether several answers to one question mean the same: an alarm and a signal of quality, never by
 * itself a reason to withhold pay or to mark a node. No I/O, no clock, no randomness.
 */
@NullMarked
package io.myelin.protocol.poi;

import org.jspecify.annotations.NullMarked;
