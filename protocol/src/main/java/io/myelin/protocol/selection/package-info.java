/** Weighted draws that anyone can recompute, from a seed that neither side can steer. */
@NullMarked
package io.myelin.protocol.selection;

import org.jspecify.annotations.NullMarked;
