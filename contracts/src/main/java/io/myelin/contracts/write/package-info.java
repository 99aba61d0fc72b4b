/** Transactions of a network's contracts that must happen once, whatever crashes. */
@NullMarked
package io.myelin.contracts.write;

import org.jspecify.annotations.NullMarked;
