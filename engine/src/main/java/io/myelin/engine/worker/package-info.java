/**
 * An engine in a process of its own: whatever kills it in native code costs the node only the
 * generations in flight.
 */
@NullMarked
package io.myelin.engine.worker;

import org.jspecify.annotations.NullMarked;
