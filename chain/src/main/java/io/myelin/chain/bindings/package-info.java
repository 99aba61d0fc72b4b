/** Makes Java classes of a Solidity compiler's output, at build time. */
@NullMarked
package io.myelin.chain.bindings;

import org.jspecify.annotations.NullMarked;
