/** {@code myelin queue}: sessions and tasks on chain, without a gateway. */
@NullMarked
package io.myelin.cli.queue;

import org.jspecify.annotations.NullMarked;
