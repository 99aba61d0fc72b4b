/** How well checks of a node's work tell honest nodes from cheats, and what they cost. */
@NullMarked
package io.myelin.bench.verification;

import org.jspecify.annotations.NullMarked;
