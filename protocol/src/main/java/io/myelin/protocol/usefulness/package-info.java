/**
 * Proof of useful work: validators give marks to answers, each by its own copy of the model; marks
 * are pooled, and who marks is marked by answers whose quality is known.
 */
@NullMarked
package io.myelin.protocol.usefulness;

import org.jspecify.annotations.NullMarked;
