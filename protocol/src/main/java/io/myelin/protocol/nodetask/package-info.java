/**
 * What a compute node does with one task, as a pure machine: state and event in, state and effects
 * out.
 */
@NullMarked
package io.myelin.protocol.nodetask;

import org.jspecify.annotations.NullMarked;
