/** A registry node: what it knows of the network's peers, for whoever asks over gRPC. */
@NullMarked
package io.myelin.registry;

import org.jspecify.annotations.NullMarked;
