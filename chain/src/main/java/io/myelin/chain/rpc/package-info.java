/** Ethereum JSON-RPC over HTTP and WebSocket, several endpoints with failover. */
@NullMarked
package io.myelin.chain.rpc;

import org.jspecify.annotations.NullMarked;
