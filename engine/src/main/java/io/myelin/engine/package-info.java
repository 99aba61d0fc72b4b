/** Placeholder summary, to be replaced by the module's own words. */
@NullMarked
package io.myelin.engine;

import org.jspecify.annotations.NullMarked;
