package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Adds up one session's receipts for its settlement, holding each to the session's terms first. Of
 * a receipt it keeps the task and the leaf, so thousands cost little. One thread at a time.
 */
public final class SessionAccount {
  private final Eip712Domain domain;
  private final SessionBrief brief;
  private final SessionTail tail;
  private final Map<TaskId, Digest> leaves = new LinkedHashMap<>();
  private final List<BigInteger> earnedWei;
  private BigInteger spentWei = BigInteger.ZERO;

  /**
   * An account without a receipt.
   *
   * @param domain in which the network signs
   * @param brief the session's terms as they are now, with every seat it ever had
   * @param tail what else was agreed
   * @throws IllegalArgumentException when the brief holds another tail's digest
   */
  public SessionAccount(Eip712Domain domain, SessionBrief brief, SessionTail tail) {
    Digest tailDigest = tail.digest();
    if (!tailDigest.equals(brief.tailDigest())) {
      throw new IllegalArgumentException(
          "tail: hashes to " + tailDigest + " (expected: " + brief.tailDigest() + ", the brief's)");
    }
    this.domain = domain;
    this.brief = brief;
    this.tail = tail;
    this.earnedWei = new ArrayList<>(Collections.nCopies(brief.seats().size(), BigInteger.ZERO));
  }

  /** Why a receipt does not count. */
  public enum Reason {
    /** It counts in another domain: another chain, or another network on it. */
    WRONG_DOMAIN,
    /** It is of another session. */
    WRONG_SESSION,
    /** It is of another gateway. */
    WRONG_GATEWAY,
    /** It is of another model. */
    WRONG_MODEL,
    /** A receipt of its task was added before. */
    TASK_TWICE,
    /** Its price per token is not the session's. */
    WRONG_PRICE,
    /** More nodes are paid than the redundancy that was agreed. */
    TOO_MANY_NODES,
    /** It pays a node that has no seat in the session. */
    NOT_A_SEAT,
    /** The session has as many tasks as were agreed. */
    TOO_MANY_TASKS,
    /** With it the session would cost more than its budget. */
    OVER_BUDGET,
    /** A check of the receipt itself failed: a signature, a sum, a precommit. */
    CHECK_FAILED
  }

  /** What became of a receipt. */
  public sealed interface Addition {
    /**
     * It counts.
     *
     * @param priceWei what it costs
     */
    record Added(BigInteger priceWei) implements Addition {}

    /**
     * It does not count, and nothing has changed.
     *
     * @param detail for people: what was found and what was expected
     */
    record Refused(Reason reason, String detail) implements Addition {}
  }

  /**
   * What the receipts add up to.
   *
   * @param tasks how many there are
   * @param earnedWei per seat, before the split
   * @param spentWei the sum of it
   * @param receiptsRoot over the receipts; {@link MerkleTree#EMPTY_ROOT} without any
   */
  public record Total(
      long tasks, List<BigInteger> earnedWei, BigInteger spentWei, Digest receiptsRoot) {
    public Total {
      earnedWei = List.copyOf(earnedWei);
    }
  }

  /** Counts a receipt, or says why not. */
  public Addition add(SignedReceipt signed) {
    Receipt receipt = signed.receipt();
    Optional<Addition.Refused> refusal = againstTerms(receipt).or(() -> againstLimits(receipt));
    if (refusal.isPresent()) {
      return refusal.get();
    }
    // The costly part comes last: half a millisecond of signatures.
    Optional<Check> failed =
        ReceiptVerifier.verify(signed, ReceiptEvidence.none().withGateway(brief.head().gateway()))
            .checks()
            .stream()
            .filter(check -> check.outcome() == Check.Outcome.FAILED)
            .findFirst();
    if (failed.isPresent()) {
      return new Addition.Refused(
          Reason.CHECK_FAILED,
          "task %s, %s: %s"
              .formatted(receipt.taskId(), failed.get().name(), failed.get().detail()));
    }
    for (ReceiptNode node : receipt.nodes()) {
      int seat = brief.seatOf(node.address());
      earnedWei.set(seat, earnedWei.get(seat).add(node.priceWei()));
    }
    spentWei = spentWei.add(receipt.price().totalWei());
    leaves.put(receipt.taskId(), receipt.attestation().hashStruct());
    return new Addition.Added(receipt.price().totalWei());
  }

  private Optional<Addition.Refused> againstTerms(Receipt receipt) {
    if (!receipt.domain().equals(domain)) {
      return refused(Reason.WRONG_DOMAIN, receipt, receipt.domain(), domain);
    }
    if (!receipt.sessionId().equals(brief.sessionId())) {
      return refused(Reason.WRONG_SESSION, receipt, receipt.sessionId(), brief.sessionId());
    }
    if (!receipt.gateway().equals(brief.head().gateway())) {
      return refused(Reason.WRONG_GATEWAY, receipt, receipt.gateway(), brief.head().gateway());
    }
    Digest modelId = SessionTail.modelIdOf(receipt.work().model());
    if (!modelId.equals(tail.modelId())) {
      return refused(Reason.WRONG_MODEL, receipt, receipt.work().model(), tail.modelId());
    }
    if (!receipt.price().inputWei().equals(tail.inputWei())
        || !receipt.price().outputWei().equals(tail.outputWei())) {
      return refused(
          Reason.WRONG_PRICE,
          receipt,
          receipt.price().inputWei() + " and " + receipt.price().outputWei() + " wei a token",
          tail.inputWei() + " and " + tail.outputWei());
    }
    if (receipt.nodes().size() > tail.redundancy()) {
      return refused(
          Reason.TOO_MANY_NODES,
          receipt,
          receipt.nodes().size() + " nodes",
          "at most " + tail.redundancy());
    }
    return receipt.nodes().stream()
        .map(ReceiptNode::address)
        .filter(node -> brief.seatOf(node) < 0)
        .findFirst()
        .flatMap(node -> refused(Reason.NOT_A_SEAT, receipt, node, "a seat of the session"));
  }

  private Optional<Addition.Refused> againstLimits(Receipt receipt) {
    if (leaves.containsKey(receipt.taskId())) {
      return refused(Reason.TASK_TWICE, receipt, "a second receipt", "one");
    }
    long maxTasks = brief.head().maxTasks();
    if (maxTasks > 0 && leaves.size() >= maxTasks) {
      return refused(
          Reason.TOO_MANY_TASKS, receipt, (leaves.size() + 1) + " tasks", "at most " + maxTasks);
    }
    BigInteger would = spentWei.add(receipt.price().totalWei());
    return would.compareTo(brief.head().budgetWei()) > 0
        ? refused(
            Reason.OVER_BUDGET, receipt, would + " wei", "at most " + brief.head().budgetWei())
        : Optional.empty();
  }

  private static Optional<Addition.Refused> refused(
      Reason reason, Receipt receipt, Object found, Object expected) {
    return Optional.of(
        new Addition.Refused(
            reason, "task " + receipt.taskId() + ": " + found + " (expected: " + expected + ")"));
  }

  /** What has been added so far. */
  public Total total() {
    Digest root = leaves.isEmpty() ? MerkleTree.EMPTY_ROOT : MerkleTree.of(leaves.values()).root();
    return new Total(leaves.size(), earnedWei, spentWei, root);
  }

  /** The proof of a task's leaf under the root of {@link #total}; empty for an unknown task. */
  public Optional<List<Digest>> proof(TaskId task) {
    return Optional.ofNullable(leaves.get(task))
        .flatMap(leaf -> MerkleTree.of(leaves.values()).proof(leaf));
  }

  /** The value of a task's leaf: the hash of its receipt's attestation. */
  public Optional<Digest> leaf(TaskId task) {
    return Optional.ofNullable(leaves.get(task));
  }
}
