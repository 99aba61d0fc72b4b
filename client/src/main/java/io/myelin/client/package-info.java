/**
 * The Java SDK: finds a network's gateways from one record or from its chain, opens sessions and
 * asks, over HTTP as any client would. {@link io.myelin.client.MyelinNetwork} is where to begin.
 */
@NullMarked
package io.myelin.client;

import org.jspecify.annotations.NullMarked;
