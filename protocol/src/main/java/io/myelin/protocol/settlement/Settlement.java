package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.merkle.MerkleTree;
import java.math.BigInteger;
import java.util.Collections;
import java.util.List;

/**
 * What a session pays; the chain keeps only its digest until the challenge window is over.
 *
 * @param outcome how the session ends
 * @param receiptsRoot Merkle root over the receipts; {@link MerkleTree#EMPTY_ROOT} without any
 * @param earnedWei what each seat earned before the split
 * @param nodeWei what each seat's payee gets of it
 * @param gatewayWei what the gateway's payee gets
 * @param clientWei what goes back to the client
 */
public record Settlement(
    Outcome outcome,
    Digest receiptsRoot,
    List<BigInteger> earnedWei,
    List<BigInteger> nodeWei,
    BigInteger gatewayWei,
    BigInteger clientWei) {
  /** Words of the struct before its arrays. */
  private static final int STATIC_WORDS = 6;

  public Settlement {
    earnedWei = List.copyOf(earnedWei);
    nodeWei = List.copyOf(nodeWei);
    if (earnedWei.size() != nodeWei.size()) {
      throw new IllegalArgumentException(
          "nodeWei: " + nodeWei.size() + " amounts (expected: " + earnedWei.size() + ")");
    }
    earnedWei.forEach(wei -> Ranges.wei("earnedWei", wei));
    nodeWei.forEach(wei -> Ranges.wei("nodeWei", wei));
    Ranges.wei("gatewayWei", gatewayWei);
    Ranges.wei("clientWei", clientWei);
  }

  /** What a session that failed or expired pays: everything goes back to its client. */
  public static Settlement nothing(SessionBrief brief, Outcome outcome) {
    List<BigInteger> none = Collections.nCopies(brief.seats().size(), BigInteger.ZERO);
    return new Settlement(
        outcome, MerkleTree.EMPTY_ROOT, none, none, BigInteger.ZERO, brief.head().budgetWei());
  }

  /**
   * What the chain keeps: Keccak-256 of {@code abi.encode(termsDigest, settlement)}.
   *
   * @param termsDigest {@link SessionBrief#digest()} of the session
   */
  public Digest digest(Digest termsDigest) {
    AbiWords words =
        new AbiWords()
            .word(termsDigest)
            .offset(2)
            .uint(outcome.number())
            .word(receiptsRoot)
            .offset(STATIC_WORDS)
            .offset(STATIC_WORDS + 1 + earnedWei.size())
            .uint(gatewayWei)
            .uint(clientWei)
            .uint(earnedWei.size());
    earnedWei.forEach(words::uint);
    words.uint(nodeWei.size());
    nodeWei.forEach(words::uint);
    return words.keccak();
  }
}
