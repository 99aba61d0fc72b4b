/**
 * How a committee gives its verdicts without anybody seeing another's first: seals, and one round
 * of asking as a pure state machine. No I/O, no clock, no randomness.
 */
@NullMarked
package io.myelin.protocol.committee;

import org.jspecify.annotations.NullMarked;
