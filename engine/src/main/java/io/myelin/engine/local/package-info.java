/** From an entry of the model catalogue to an engine that a node can use. */
@NullMarked
package io.myelin.engine.local;

import org.jspecify.annotations.NullMarked;
