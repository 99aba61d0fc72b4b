/** Cognitive rounds as the chain has them. */
@NullMarked
package io.myelin.contracts.round;

import org.jspecify.annotations.NullMarked;
