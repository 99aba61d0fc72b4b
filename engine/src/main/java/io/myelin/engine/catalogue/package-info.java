/**
 * Which models there are, where their files come from, and the proof that a file is the one meant.
 */
@NullMarked
package io.myelin.engine.catalogue;

import org.jspecify.annotations.NullMarked;
