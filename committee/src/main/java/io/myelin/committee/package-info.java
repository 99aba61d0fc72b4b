/** How a gateway asks the validators of a committee, and what they can answer. */
@NullMarked
package io.myelin.committee;

import org.jspecify.annotations.NullMarked;
