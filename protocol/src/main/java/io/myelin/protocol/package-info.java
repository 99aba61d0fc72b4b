/** Placeholder summary, to be replaced by the module's own words. */
@NullMarked
package io.myelin.protocol;

import org.jspecify.annotations.NullMarked;
