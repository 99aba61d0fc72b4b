/**
 * The pool machine: which nodes may serve and how many slots of each are taken, as a pure function
 * of state and event.
 */
@NullMarked
package io.myelin.protocol.pool;

import org.jspecify.annotations.NullMarked;
