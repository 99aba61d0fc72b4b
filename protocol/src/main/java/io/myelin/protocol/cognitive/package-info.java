/**
 * Cognitive rounds: tests of nodes while nobody pays. The machine of {@code Cognitive} on chain, as
 * pure functions; a differential test holds the two together.
 */
@NullMarked
package io.myelin.protocol.cognitive;

import org.jspecify.annotations.NullMarked;
