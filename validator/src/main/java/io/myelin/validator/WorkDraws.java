package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainException;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.standing.SigningKey;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptWork;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.DrawnWork;
import io.myelin.v1.SampleRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which answers this validator wants to see, and what it holds against receipts. What it drew once
 * is owed: who tries draws with receipts that it then leaves out of its batch owes them all the
 * same.
 */
final class WorkDraws {
  private static final Logger LOG = LoggerFactory.getLogger(WorkDraws.class);
  private static final int MOST_RECEIPTS = 256;
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_SESSIONS = 4_096;
  private static final long MOST_OWED_BYTES = 64L << 20;

  /** A gateway brings what is wanted at once; after this it seems not to. */
  private static final long TELL_NANOS = Duration.ofSeconds(30).toNanos();

  private static final long NEVER_NANOS = Long.MAX_VALUE / 2;

  private final ChainView view;
  private final OperatorKey key;
  private final WorkTerms terms;
  private final WorkMemory memory;
  private final boolean equipped;
  private final Frauds frauds;
  private final WorkDebts debts;
  private final Semaphore news = new Semaphore(0);

  private final Liars liars;

  /**
   * Of one validator.
   *
   * @param equipped whether it has a copy of the models; without one it wants nothing
   * @param store where what is owed lies
   */
  WorkDraws(
      ChainView view,
      OperatorKey key,
      WorkTerms terms,
      WorkMemory memory,
      boolean equipped,
      DebtStore store) {
    this.debts = new WorkDebts(MOST_SESSIONS, MOST_OWED_BYTES, store);
    this.view = view;
    this.key = key;
    this.terms = terms;
    this.memory = memory;
    this.equipped = equipped;
    this.frauds = new Frauds(view);
    this.liars = new Liars(memory, frauds);
  }

  /**
   * Takes in what was owed before a restart, once it is known again what was seen. It was checked
   * when it was written down; what is of another network is dropped.
   */
  synchronized void restore(DebtStore store) {
    for (DebtStore.Stored stored : store.read()) {
      try {
        Receipt receipt = signedBy(stored.receipt());
        Digest content = WorkSample.content(receipt);
        WorkDebts.Draw draw =
            draw(receipt, stored.receipt(), content, stored.draw(), stored.teller());
        if (!owe(draw, System.nanoTime() + (isByLuck(draw) ? TELL_NANOS : NEVER_NANOS))) {
          store.over(draw);
        }
      } catch (IllegalArgumentException e) {
        LOG.warn("a debt is not taken in again: {}", e.getMessage());
      }
    }
  }

  /** Whether others would take it for a draw; those that others told of were by luck. */
  private boolean isByLuck(WorkDebts.Draw draw) {
    Digest luck = WorkSample.luck(draw.draw());
    if (draw.teller().isPresent() || WorkSample.isDrawn(luck, VerificationLevel.SAMPLED)) {
      return true;
    }
    try {
      return terms
          .askerOf(draw.session())
          .filter(asker -> WorkSample.isDrawn(luck, asker.level()))
          .isPresent();
    } catch (ChainException e) {
      LOG.warn("session {} is not read now: {}", draw.session(), e.getMessage());
      return true;
    }
  }

  /** Places of the receipts of which this validator wants to see the work. */
  List<Integer> sample(SampleRequest request) {
    long bytes = request.getReceiptsList().stream().mapToLong(ByteString::size).sum();
    if (request.getReceiptsCount() > MOST_RECEIPTS || bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "receipts: %d of %d bytes together (expected: at most %d of %d)"
              .formatted(request.getReceiptsCount(), bytes, MOST_RECEIPTS, MOST_BYTES));
    }
    List<Integer> wanted = new ArrayList<>();
    for (int place = 0; equipped && place < request.getReceiptsCount(); place++) {
      if (wants(read(request.getReceipts(place)))) {
        wanted.add(place);
      }
    }
    return wanted;
  }

  private boolean wants(Read read) {
    Receipt receipt = read.receipt();
    if (!read.level().isChecked()
        || receipt.work().kind() != ReceiptWork.Kind.GENERATION
        || memory.hasSeen(receipt)) {
      return false;
    }
    return owes(read) || memory.isNew(receipt);
  }

  /**
   * Work of a receipt that this validator measured and draws: samples of its nodes' histories, once
   * the batch with the receipt is attested.
   *
   * @param receipt that was found right
   * @param level of its session, as the chain has it
   */
  List<Digest> samples(Receipt receipt, VerificationLevel level) {
    return memory.hasUncounted(receipt)
            && WorkSample.isDrawn(
                WorkSample.luck(WorkSample.draw(key, WorkSample.content(receipt))), level)
        ? receipt.nodes().stream().map(WorkSample::work).toList()
        : List.of();
  }

  /** Whether it is owed, drawn now or before. Where too much is owed, nothing is drawn. */
  private synchronized boolean owes(Read read) {
    Receipt receipt = read.receipt();
    Digest content = WorkSample.content(receipt);
    if (debts.has(receipt.sessionId(), content)) {
      return true;
    }
    if (debts.isFull(receipt.sessionId(), Optional.empty())) {
      return false;
    }
    Signature draw = WorkSample.draw(key, content);
    return isDrawn(receipt, draw, read.level()) && owe(read, content, draw, TELL_NANOS);
  }

  /**
   * Whether this validator wants to see the work of a receipt: what its luck draws, and of a node
   * that lied all that is not settled, up to a bound. Who lied once did so before it was found,
   * most likely, and is to be paid for none of that.
   */
  private boolean isDrawn(Receipt receipt, Signature draw, VerificationLevel level) {
    return WorkSample.isDrawn(WorkSample.luck(draw), level) || liars.wants(receipt);
  }

  /** This validator's own draw. */
  private boolean owe(Read read, Digest content, Signature draw, long tellNanos) {
    Receipt receipt = read.receipt();
    WorkDebts.Draw drawn = draw(receipt, read.json(), content, draw, Optional.empty());
    long nowNanos = System.nanoTime();
    if (WorkSample.isDrawn(WorkSample.luck(draw), read.level())) {
      return owe(drawn, nowNanos + tellNanos);
    }
    boolean known = debts.has(receipt.sessionId(), content);
    // Nobody is told: others know who lies by themselves, and this draw proves nothing to them.
    boolean owed = owe(drawn, nowNanos + NEVER_NANOS);
    if (owed && !known) {
      liars.count(receipt);
    }
    return owed;
  }

  private boolean owe(WorkDebts.Draw draw, long dueNanos) {
    return debts.owe(
        draw, draw.works().stream().filter(work -> !memory.hasSeen(work)).toList(), dueNanos);
  }

  private static WorkDebts.Draw draw(
      Receipt receipt, ByteString json, Digest content, Signature draw, Optional<Address> teller) {
    Set<Digest> works =
        receipt.nodes().stream().map(WorkSample::work).collect(Collectors.toUnmodifiableSet());
    return new WorkDebts.Draw(
        receipt.sessionId(),
        receipt.taskId(),
        receipt.gateway(),
        content,
        works,
        json,
        draw,
        teller);
  }

  /**
   * A receipt that counts as its gateway's.
   *
   * @param level of its session, as the chain has it
   */
  private record Read(Receipt receipt, ByteString json, VerificationLevel level) {}

  /** A receipt that the gateway of a session on the chain signed. */
  private Read read(ByteString json) {
    Receipt receipt = signedBy(json);
    // Else anybody could ask, with a receipt of its own making, whether a task is drawn.
    Optional<WorkTerms.Asker> asker = terms.askerOf(receipt.sessionId());
    if (asker.filter(one -> one.gateway().equals(receipt.gateway())).isEmpty()) {
      throw new IllegalArgumentException(
          "receipt of task %s: gateway %s (expected: %s, whose session it is)"
              .formatted(
                  receipt.taskId(),
                  receipt.gateway(),
                  asker.map(one -> one.gateway().toString()).orElse("a session of the chain")));
    }
    return new Read(receipt, json, asker.get().level());
  }

  /** A receipt that its gateway signed in this network. */
  private Receipt signedBy(ByteString json) {
    try {
      SignedReceipt signed = SignedReceipt.parse(json.toStringUtf8());
      Receipt receipt = signed.receipt();
      if (!Signers.signedBy(
          receipt.gateway(),
          view.network().domain().digest(receipt.attestation()),
          signed.signature())) {
        throw new IllegalArgumentException(
            "receipt of task " + receipt.taskId() + ": not signed by " + receipt.gateway());
      }
      return receipt;
    } catch (ReceiptFormatException e) {
      throw new IllegalArgumentException("receipt: " + e.getMessage(), e);
    }
  }

  /**
   * Why a receipt is not to be paid as it is; empty when nothing speaks against it.
   *
   * @param json its file
   * @param level of the session, as the chain has it
   */
  Optional<String> objection(Receipt receipt, String json, VerificationLevel level) {
    for (ReceiptNode node : receipt.paid()) {
      Optional<String> lie = memory.lie(node);
      if (lie.isPresent()) {
        return Optional.of(WorkObjection.provenFalse(receipt.taskId(), node.address(), lie.get()));
      }
      if (frauds.has(WorkSample.work(node))) {
        return Optional.of(
            WorkObjection.provenFalse(
                receipt.taskId(), node.address(), "it was judged for it on chain"));
      }
    }
    if (!equipped
        || !level.isChecked()
        || receipt.work().kind() != ReceiptWork.Kind.GENERATION
        || memory.hasSeen(receipt)) {
      return Optional.empty();
    }
    Digest content = WorkSample.content(receipt);
    Signature draw = WorkSample.draw(key, content);
    synchronized (this) {
      if (!debts.has(receipt.sessionId(), content) && !isDrawn(receipt, draw, level)) {
        return Optional.empty();
      }
      Read read = new Read(receipt, ByteString.copyFromUtf8(json), level);
      boolean _ = owe(read, content, draw, 0);
    }
    news.release();
    return Optional.of(WorkObjection.wanted(receipt.taskId()));
  }

  /** Takes note of what committees judged meanwhile; before a batch is reviewed. */
  void refresh() {
    frauds.refresh();
  }

  /** Whether the chain has a node suspended for a lie: more lies of its convict nobody. */
  boolean isOut(Address node) {
    return frauds.isOut(node);
  }

  /**
   * Takes in what another member of the committee of a gateway's next batch drew.
   *
   * @throws RefusedException when it is no draw of such a member, or it has told enough of this
   *     session
   */
  void hear(DrawnWork told) throws RefusedException {
    if (!equipped) {
      throw new RefusedException(
          Reason.NOT_EQUIPPED, "this validator has no copy of the model; others decide");
    }
    Read read = read(told.getReceipt());
    Receipt receipt = read.receipt();
    Signature draw = Fields.signature("draw", told.getDraw());
    Digest content = WorkSample.content(receipt);
    Optional<Address> signer = Signers.recover(content, draw);
    if (signer.isEmpty()
        || receipt.work().kind() != ReceiptWork.Kind.GENERATION
        || !WorkSample.isDrawn(WorkSample.luck(draw), read.level())) {
      throw new RefusedException(
          Reason.REFUSED_WORK, "task " + receipt.taskId() + " is not drawn by this signature");
    }
    Address teller = member(receipt.gateway(), signer.get());
    synchronized (this) {
      if (!owe(
              draw(receipt, read.json(), content, draw, Optional.of(teller)),
              System.nanoTime() + TELL_NANOS)
          && !memory.hasSeen(receipt)) {
        throw new RefusedException(
            Reason.BUSY,
            "the validator of %s told of %d answers of session %s, none of which was shown"
                .formatted(teller, WorkDebts.MOST_OF_A_TELLER, receipt.sessionId()));
      }
    }
  }

  /** The owner for whom a key may sign in the committee of a gateway's next batch. */
  private Address member(Address gateway, Address signer) throws RefusedException {
    InferencePayment.BatchesAnswer next =
        view.network().payment().batches(gateway).on(view.client());
    ValidatorRegistry validators = view.network().validators();
    Address owner = validators.ownerOf(signer).on(view.client());
    if (next.set() == 0
        || !validators
            .committeeFor(Subjects.batchSubject(gateway, next.batch()), next.set(), Address.ZERO)
            .on(view.client())
            .contains(owner)
        || !SigningKey.of(validators.validatorOf(owner).on(view.client()), view.nowSeconds())
            .equals(Optional.of(signer))) {
      throw new RefusedException(
          Reason.REFUSED_ASKER,
          "%s has no seat in the committee of batch %d of gateway %s"
              .formatted(signer, next.batch(), gateway));
    }
    return owner;
  }

  /** Waits until others are to be told something, or a while. */
  void awaitNews(long millis) throws InterruptedException {
    if (news.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
      news.drainPermits();
    }
  }

  /** What others are to be told now of this validator's draws. */
  synchronized List<WorkDebts.Draw> due(int most) {
    return debts.due(System.nanoTime(), most);
  }

  /** Why a session is not to be settled, whatever is claimed of it: it owes work that was drawn. */
  synchronized Optional<String> objection(SessionId session) {
    return debts.owed(session).stream().findFirst().map(draw -> WorkObjection.wanted(draw.task()));
  }

  /** A node's work was shown, whatever came of it. */
  synchronized void shown(SignedWork work) {
    debts.shown(work.commit().sessionId(), work.digest());
  }
}
