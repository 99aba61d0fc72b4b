package io.myelin.chain.web3j;

import io.myelin.chain.Bytes;
import io.myelin.protocol.ids.Digest;

/**
 * A transaction ready to be handed to a chain.
 *
 * @param raw what {@code eth_sendRawTransaction} takes
 * @param hash Keccak-256 of {@code raw}: the name the chain knows it by
 */
public record SignedTransaction(Bytes raw, Digest hash) {}
