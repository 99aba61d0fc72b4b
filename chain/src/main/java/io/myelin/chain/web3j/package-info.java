/** The one package that uses web3j: the wire form of transactions. */
@NullMarked
package io.myelin.chain.web3j;

import org.jspecify.annotations.NullMarked;
