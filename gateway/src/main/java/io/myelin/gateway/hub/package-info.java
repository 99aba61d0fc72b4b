/** Connections of compute nodes: handshake, heartbeats, one live connection per operator. */
@NullMarked
package io.myelin.gateway.hub;

import org.jspecify.annotations.NullMarked;
