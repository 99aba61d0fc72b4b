/** Brings the contracts of a network onto a chain, and finds them there. */
@NullMarked
package io.myelin.contracts.deploy;

import org.jspecify.annotations.NullMarked;
