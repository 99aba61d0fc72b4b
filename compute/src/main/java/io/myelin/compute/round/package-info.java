/**
 * The node's part in cognitive rounds: it makes a topic, questions or an answer when it is drawn.
 */
@NullMarked
package io.myelin.compute.round;

import org.jspecify.annotations.NullMarked;
