/** The one stream from a node to its gateway: dialling, handshake, heartbeats, reconnecting. */
@NullMarked
package io.myelin.compute.link;

import org.jspecify.annotations.NullMarked;
