/**
 * The rule that chooses a token, in integers only: the same on every machine, so that anyone can
 * replay a choice from what a node signed. No float enters but in {@link SamplingIntegers}, which
 * turns a request's parameters into integers once.
 */
@NullMarked
package io.myelin.protocol.sampling;

import org.jspecify.annotations.NullMarked;
