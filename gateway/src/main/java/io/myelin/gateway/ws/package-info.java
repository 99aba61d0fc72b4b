/** The WebSocket front: many tasks on one connection, in JSON frames; docs/api.md lists them. */
@NullMarked
package io.myelin.gateway.ws;

import org.jspecify.annotations.NullMarked;
