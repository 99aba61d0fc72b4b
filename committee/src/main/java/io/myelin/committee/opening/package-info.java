/**
 * What a draw is of, as the chain has it; opening a session of the queue, as a client does alone.
 */
@NullMarked
package io.myelin.committee.opening;

import org.jspecify.annotations.NullMarked;
