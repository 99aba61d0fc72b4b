/** Nodes that fail or cheat on purpose, so that the rest of the network can be watched coping. */
@NullMarked
package io.myelin.compute.fault;

import org.jspecify.annotations.NullMarked;
