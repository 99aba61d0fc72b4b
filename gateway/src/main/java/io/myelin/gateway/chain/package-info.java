/** The gateway's side of the chain: openings, extensions, settlements, the pool and the prices. */
@NullMarked
package io.myelin.gateway.chain;

import org.jspecify.annotations.NullMarked;
