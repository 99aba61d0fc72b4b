/** Events of contracts, delivered exactly once across reorganisations and downtime. */
@NullMarked
package io.myelin.chain.event;

import org.jspecify.annotations.NullMarked;
