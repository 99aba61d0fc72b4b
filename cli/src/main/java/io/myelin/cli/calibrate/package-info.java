/** Measures what scores honest nodes have, for thresholds. */
@NullMarked
package io.myelin.cli.calibrate;

import org.jspecify.annotations.NullMarked;
