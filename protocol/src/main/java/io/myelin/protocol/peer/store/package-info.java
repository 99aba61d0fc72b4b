/**
 * What nodes close to a topic keep of those who announced themselves, and the messages about it.
 */
@NullMarked
package io.myelin.protocol.peer.store;

import org.jspecify.annotations.NullMarked;
