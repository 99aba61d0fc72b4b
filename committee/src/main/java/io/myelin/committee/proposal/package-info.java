/** What a gateway asks a committee to agree to. */
@NullMarked
package io.myelin.committee.proposal;

import org.jspecify.annotations.NullMarked;
