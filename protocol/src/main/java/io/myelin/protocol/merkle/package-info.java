/** Merkle trees whose proofs OpenZeppelin's MerkleProof library accepts on chain. */
@NullMarked
package io.myelin.protocol.merkle;

import org.jspecify.annotations.NullMarked;
