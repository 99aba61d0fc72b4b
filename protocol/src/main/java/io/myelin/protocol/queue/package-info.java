/**
 * Tasks of the queue on chain, for clients without a gateway: what a node does next, which deadline
 * can be enforced, and what a validator makes of what was revealed. No I/O.
 */
@NullMarked
package io.myelin.protocol.queue;

import org.jspecify.annotations.NullMarked;
