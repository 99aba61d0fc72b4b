/**
 * Measures how far honest and other answers are from what a checker's model says: for thresholds,
 * and for the figures in docs/verification.md.
 */
@NullMarked
package io.myelin.engine.calibrate;

import org.jspecify.annotations.NullMarked;
