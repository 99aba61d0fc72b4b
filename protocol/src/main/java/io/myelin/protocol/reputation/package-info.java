/** What is counted of a node, and what is made of it. No I/O, no clock, no randomness. */
@NullMarked
package io.myelin.protocol.reputation;

import org.jspecify.annotations.NullMarked;
