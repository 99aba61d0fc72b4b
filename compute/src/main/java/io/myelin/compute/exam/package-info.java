/** What a node does before it comes into the pool. */
@NullMarked
package io.myelin.compute.exam;

import org.jspecify.annotations.NullMarked;
