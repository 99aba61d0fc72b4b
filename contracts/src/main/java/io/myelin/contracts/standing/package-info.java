/** Who is staked, as the contracts have it. */
@NullMarked
package io.myelin.contracts.standing;

import org.jspecify.annotations.NullMarked;
