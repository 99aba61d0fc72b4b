/** Placeholder summary, to be replaced by the module's own words. */
@NullMarked
package io.myelin.gateway;

import org.jspecify.annotations.NullMarked;
