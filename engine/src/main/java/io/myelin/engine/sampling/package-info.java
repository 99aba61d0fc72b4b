/** Sampling over logits: seeded, replayable, integer arithmetic for the draw. */
@NullMarked
package io.myelin.engine.sampling;

import org.jspecify.annotations.NullMarked;
