/**
 * Whether a node did the work it signed for: what its evidence says against what the model says. No
 * I/O, no clock, no randomness.
 */
@NullMarked
package io.myelin.protocol.work;

import org.jspecify.annotations.NullMarked;
