/** Marks answers with a copy of a model. */
@NullMarked
package io.myelin.engine.judge;

import org.jspecify.annotations.NullMarked;
