/** The engine beside a bare loop over the same library. */
@NullMarked
package io.myelin.bench.engine;

import org.jspecify.annotations.NullMarked;
