/** The iterative search of a Kademlia network as a pure state machine. */
@NullMarked
package io.myelin.protocol.peer.lookup;

import org.jspecify.annotations.NullMarked;
