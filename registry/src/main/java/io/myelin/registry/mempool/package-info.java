/** Requests that wait for any gateway: one node's pool, its gRPC service, gossip, and a client. */
@NullMarked
package io.myelin.registry.mempool;

import org.jspecify.annotations.NullMarked;
