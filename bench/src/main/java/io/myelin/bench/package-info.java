/** Benches: Myelin beside a peer in one run, reported as ratios. */
@NullMarked
package io.myelin.bench;

import org.jspecify.annotations.NullMarked;
