/** The node's part in tasks of the queue on chain: no gateway asks, pays or is waited for. */
@NullMarked
package io.myelin.compute.queue;

import org.jspecify.annotations.NullMarked;
