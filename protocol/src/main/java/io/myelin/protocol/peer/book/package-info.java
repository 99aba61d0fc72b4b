/** Which peers are believed: a pure state machine over what was heard, checked and answered. */
@NullMarked
package io.myelin.protocol.peer.book;

import org.jspecify.annotations.NullMarked;
