/** The gRPC front for client programs; {@code myelin/v1/client.proto} is its documentation. */
@NullMarked
package io.myelin.gateway.rpc;

import org.jspecify.annotations.NullMarked;
