/** The contract ABI: types, strict encoding and decoding, functions, events, errors. */
@NullMarked
package io.myelin.chain.abi;

import org.jspecify.annotations.NullMarked;
