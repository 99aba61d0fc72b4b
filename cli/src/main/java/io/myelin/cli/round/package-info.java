/** Cognitive rounds from the command line. */
@NullMarked
package io.myelin.cli.round;

import org.jspecify.annotations.NullMarked;
