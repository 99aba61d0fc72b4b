/**
 * The state machines in Java against the contracts: the same random histories drive both. What is
 * compared and what differs on purpose stands in docs/contracts.md, "Java against the contracts".
 */
@NullMarked
package io.myelin.contracts.differential;

import org.jspecify.annotations.NullMarked;
