package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptWork;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.ExamineReply;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What this validator found of nodes' work, and the lies that are not judged yet. Thread-safe. */
final class WorkMemory {
  private static final int MOST_REMEMBERED = 65_536;

  private static final int MOST_BEYOND = 4_096;

  /** Lies of one node that are kept to be judged. */
  private static final int PROOFS_OF_A_NODE = 4;

  /** Answers of a node that this validator wants to see before it leaves it to its luck. */
  private static final int FIRST_ANSWERS = 1;

  private final Map<Digest, Known> examined = Bounded.byAge(MOST_REMEMBERED);

  /** Work at which this validator's own engine failed. */
  private final Set<Digest> beyond = Bounded.set(MOST_BEYOND);

  private final Map<Address, Integer> looked = new HashMap<>();

  /** Lies that were found of nodes while they were out. */
  private final Map<Address, Integer> whileOut = new HashMap<>();

  private final Map<Digest, Accusation> accusations = new LinkedHashMap<>();

  /** What was found; the record itself lies in a file, and in memory only while it accuses. */
  private record Known(
      ExamineReply.Found found, String detail, Optional<WorkFinding.Measured> measured) {}

  /** Measured work that is no sample of its node's history, since nobody drew it yet. */
  private final Set<Digest> uncounted = Bounded.set(MOST_BEYOND);

  /**
   * A charge that is not judged yet, as far as this validator knows.
   *
   * @param detail for people
   * @param sinceNanos when it found out
   */
  record Accusation(Charge charge, String detail, long sinceNanos) {}

  /** Measured work was not drawn when it was shown. */
  synchronized void notCounted(Digest work) {
    uncounted.add(work);
  }

  /** Whether some of a receipt's work would be a sample if it were drawn. */
  synchronized boolean hasUncounted(Receipt receipt) {
    return receipt.nodes().stream().map(WorkSample::work).anyMatch(uncounted::contains);
  }

  /** Takes work that is drawn after it was shown; false when it counted before. */
  synchronized boolean takeUncounted(Digest work) {
    return uncounted.remove(work);
  }

  /** What was found of this work before. */
  synchronized Optional<Examined> known(SignedWork work) {
    return Optional.ofNullable(examined.get(work.digest()))
        .map(known -> new Examined(work, known.found(), known.detail(), known.measured()));
  }

  /** Whether it was checked, or cannot be here: what was shown in vain is not asked for again. */
  synchronized boolean hasSeen(Digest work) {
    return examined.containsKey(work) || beyond.contains(work);
  }

  /** The same of each node of a receipt. */
  synchronized boolean hasSeen(Receipt receipt) {
    return receipt.nodes().stream().map(WorkSample::work).allMatch(this::hasSeen);
  }

  /** This validator's own engine failed at it; nobody is to suffer for that. */
  synchronized void couldNot(Digest work) {
    beyond.add(work);
  }

  /** Whether it is of a node of which this validator has not checked anything. */
  synchronized boolean isNew(Receipt receipt) {
    return receipt.work().kind() == ReceiptWork.Kind.GENERATION
        && receipt.nodes().stream()
            .anyMatch(node -> looked.getOrDefault(node.address(), 0) < FIRST_ANSWERS);
  }

  /** What is false about a node's work, as this validator found it. */
  synchronized Optional<String> lie(ReceiptNode node) {
    Known known = examined.get(WorkSample.work(node));
    return known != null && known.found() == ExamineReply.Found.FOUND_LIE
        ? Optional.of(known.detail())
        : Optional.empty();
  }

  /** Whether another lie of a node is worth keeping: some convict it, more only fill the disk. */
  synchronized boolean hasRoom(Address node) {
    return proofs(node) < PROOFS_OF_A_NODE;
  }

  /**
   * The same of a node that is out: a few more are kept, so that a restart does not forget them.
   */
  synchronized boolean hasRoomWhileOut(Address node) {
    return whileOut.merge(node, 1, Integer::sum) <= PROOFS_OF_A_NODE;
  }

  private long proofs(Address node) {
    return accusations.values().stream()
        .filter(one -> !one.charge().isRun() && one.charge().node().equals(node))
        .count();
  }

  /**
   * What was found.
   *
   * @param out whether the node is out for a lie, so that another is not to be judged
   */
  synchronized void remember(Examined found, long nowNanos, boolean out) {
    SignedWork work = found.work();
    examined.put(work.digest(), new Known(found.found(), found.detail(), found.measured()));
    looked.merge(work.node(), 1, Integer::sum);
    if (!out && found.isLie() && hasRoom(work.node())) {
      accuse(Charge.of(work), found.detail(), nowNanos);
    }
  }

  /** A charge to be judged. */
  synchronized void accuse(Charge charge, String detail, long nowNanos) {
    accusations.putIfAbsent(charge.digest(), new Accusation(charge, detail, nowNanos));
  }

  /** Charges that are not judged yet, as far as this validator knows, the first found first. */
  synchronized List<Accusation> accusations() {
    return List.copyOf(accusations.values());
  }

  /** A charge is judged, or its node cannot be judged any more. */
  synchronized void judged(Digest digest) {
    accusations.remove(digest);
  }

  /** Whether this validator holds a proof against a node that is not judged yet. */
  synchronized boolean accuses(Address node) {
    return accusations.values().stream().anyMatch(one -> one.charge().node().equals(node));
  }
}
