/** Tasks of the queue as the chain has them, in the words of {@code protocol}. */
@NullMarked
package io.myelin.contracts.queue;

import org.jspecify.annotations.NullMarked;
