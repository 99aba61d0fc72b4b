package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.typeddata.NodeVerdict;
import java.nio.charset.StandardCharsets;

/**
 * What a node gives to be let into the pool, or in again: a signature that can only have been made
 * after a certain block, and for one verdict. Until nodes are tested on work, that is the test.
 *
 * @param round verdicts on the node so far
 * @param blockNumber of a recent block
 * @param blockHash of that block
 * @param hello what the node signed, with {@link #nonce} as its nonce
 */
public record SignOfLife(
    long round, long blockNumber, Digest blockHash, NodeHello hello, Signature signature) {
  /** The verdict's number on chain. */
  public static final int QUALIFIED = 0;

  /**
   * The evidence of every verdict that rests on a sign of life: the same for all, so that another
   * attempt asks validators for the same signature.
   */
  public static final Digest EVIDENCE =
      Keccak256.hash("myelin/verdict/alive/1".getBytes(StandardCharsets.UTF_8));

  private static final byte[] PURPOSE = "myelin/retest/1".getBytes(StandardCharsets.UTF_8);

  /** What the node must sign as nonce for a verdict of this round after this block. */
  public static Digest nonce(Address node, long round, Digest blockHash) {
    return Keccak256.hash(PURPOSE, Subjects.verdictSubject(node, round).bytes(), blockHash.bytes());
  }

  /** Whose. */
  public Address node() {
    return hello.operator();
  }

  /** Whether the node signed exactly this. */
  public boolean holds(Eip712Domain domain) {
    return hello.nonce().equals(nonce(node(), round, blockHash))
        && Signers.signedBy(node(), domain.digest(hello), signature);
  }

  /** What a committee attests. */
  public Attestation attestation() {
    return Attestation.of(
        Subjects.verdictSubject(node(), round),
        new NodeVerdict(node(), round, QUALIFIED, EVIDENCE));
  }
}
