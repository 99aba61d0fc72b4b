package io.myelin.protocol.receipt;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import io.myelin.protocol.typeddata.TaskCommit;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The record of one finished task. It says what was asked, what came back, who says so, and what it
 * cost; {@link ReceiptVerifier} says whether that is consistent. Constructing one checks ranges
 * only.
 *
 * @param domain in which its signatures count
 * @param gateway that relayed the task and signs the receipt
 * @param nodes that committed, the primary among them
 * @param segments which node delivered which chunks, in order
 * @param finishedMillis Unix time at which the gateway completed it
 */
public record Receipt(
    Eip712Domain domain,
    Address gateway,
    SessionId sessionId,
    TaskId taskId,
    ReceiptWork work,
    ReceiptOutput output,
    ReceiptPrice price,
    List<ReceiptNode> nodes,
    List<Segment> segments,
    Verdict verdict,
    long finishedMillis) {
  /** The format's version. */
  public static final int VERSION = 1;

  /** Most nodes in one receipt. */
  public static final int MAX_NODES = 64;

  /** Most segments in one receipt. */
  public static final int MAX_SEGMENTS = 1024;

  public Receipt {
    nodes = List.copyOf(nodes);
    segments = List.copyOf(segments);
    if (nodes.size() > MAX_NODES) {
      throw new IllegalArgumentException(
          "nodes: " + nodes.size() + " (expected: at most " + MAX_NODES + ")");
    }
    if (segments.size() > MAX_SEGMENTS) {
      throw new IllegalArgumentException(
          "segments: " + segments.size() + " (expected: at most " + MAX_SEGMENTS + ")");
    }
    for (ReceiptNode node : nodes) {
      TaskCommit statement = node.commitment().statement();
      if (!statement.taskId().equals(taskId)
          || !statement.sessionId().equals(sessionId)
          || !statement.specDigest().equals(work.specDigest())) {
        throw new IllegalArgumentException(
            "nodes: " + node.address() + " commits to another task, session or work");
      }
    }
    if (finishedMillis < 0) {
      throw new IllegalArgumentException("finishedMillis: " + finishedMillis + " (expected: >= 0)");
    }
  }

  /**
   * The same, in which a node whose work is proven false is not paid, and the others are. A replica
   * is taken out; the primary, whose answer the client got, stays with a price of zero, and the
   * verdict says so. Empty when it is none of those paid, or nobody would be left. The counts are
   * the same and the price is lower: by that contracts tell it from another receipt.
   */
  public Optional<Receipt> without(Address liar) {
    Optional<ReceiptNode> found =
        paid().stream().filter(node -> node.address().equals(liar)).findFirst();
    if (found.isEmpty() || paid().size() == 1) {
      return Optional.empty();
    }
    boolean isPrimary = found.get().role() == ReceiptNode.Role.PRIMARY;
    List<ReceiptNode> left = new ArrayList<>();
    for (ReceiptNode node : nodes) {
      if (!node.equals(found.get())) {
        left.add(node);
      } else if (isPrimary) {
        left.add(
            new ReceiptNode(node.role(), node.precommit(), node.commitment(), BigInteger.ZERO));
      }
    }
    BigInteger totalWei =
        left.stream().map(ReceiptNode::priceWei).reduce(BigInteger.ZERO, BigInteger::add);
    return Optional.of(
        new Receipt(
            domain,
            gateway,
            sessionId,
            taskId,
            work,
            output,
            new ReceiptPrice(price.inputWei(), price.outputWei(), totalWei),
            left,
            segments,
            isPrimary ? verdict.withPrimaryUnpaid() : verdict.of(left),
            finishedMillis));
  }

  /** Whether a node of it is to be paid nothing: the primary, when its work is proven false. */
  boolean isUnpaid(ReceiptNode node) {
    return node.role() == ReceiptNode.Role.PRIMARY && verdict.isPrimaryUnpaid();
  }

  /** Whether the answer that the client got is proven false; the others are paid all the same. */
  public boolean isAnswerFalse() {
    return verdict.isPrimaryUnpaid();
  }

  /** Who is paid anything. */
  public List<ReceiptNode> paid() {
    return nodes.stream().filter(node -> node.priceWei().signum() > 0).toList();
  }

  /** Canonical JSON: keys sorted, no spaces, no floating point, UTF-8. */
  public String canonicalJson() {
    return CanonicalJson.write(ReceiptWriter.receipt(this));
  }

  /** SHA-256 of the canonical JSON. */
  public Digest digest() {
    return Sha256.hash(canonicalJson().getBytes(StandardCharsets.UTF_8));
  }

  /** What the gateway signs under this receipt. */
  public ReceiptAttestation attestation() {
    return new ReceiptAttestation(
        digest(),
        sessionId,
        taskId,
        output.promptTokens(),
        output.outputTokens(),
        price.totalWei());
  }
}
