package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptWork;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.protocol.work.WorkSample;
import io.myelin.v1.SampleRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which answers this validator wants to see, and what it holds against receipts. What it drew once
 * is owed: who tries draws with receipts that it then leaves out of its batch owes them all the
 * same.
 */
final class WorkDraws {
  private static final int MOST_RECEIPTS = 256;
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_SESSIONS = 4_096;
  private static final long MOST_OWED_BYTES = 64L << 20;

  private final ChainView view;
  private final OperatorKey key;
  private final WorkTerms terms;
  private final WorkMemory memory;
  private final boolean equipped;
  private final WorkDebts debts = new WorkDebts(MOST_SESSIONS, MOST_OWED_BYTES);

  /**
   * Of one validator.
   *
   * @param equipped whether it has a copy of the models; without one it wants nothing
   */
  WorkDraws(ChainView view, OperatorKey key, WorkTerms terms, WorkMemory memory, boolean equipped) {
    this.view = view;
    this.key = key;
    this.terms = terms;
    this.memory = memory;
    this.equipped = equipped;
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
    return WorkSample.isDrawn(WorkSample.luck(draw), read.level()) && owe(read, content, draw);
  }

  private boolean owe(Read read, Digest content, Signature draw) {
    Receipt receipt = read.receipt();
    Set<Digest> works =
        receipt.nodes().stream().map(WorkSample::work).collect(Collectors.toUnmodifiableSet());
    return debts.owe(
        new WorkDebts.Draw(
            receipt.sessionId(),
            receipt.taskId(),
            receipt.gateway(),
            content,
            works,
            read.json(),
            draw,
            Optional.empty()),
        works.stream().filter(work -> !memory.hasSeen(work)).toList());
  }

  /**
   * A receipt that counts as its gateway's.
   *
   * @param level of its session, as the chain has it
   */
  private record Read(Receipt receipt, ByteString json, VerificationLevel level) {}

  /** A receipt that the gateway of a session on the chain signed. */
  private Read read(ByteString json) {
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
    for (ReceiptNode node : receipt.nodes()) {
      Optional<String> lie = memory.lie(node);
      if (lie.isPresent()) {
        return Optional.of(
            WorkObjection.provenFalse(
                receipt.taskId(), "node " + node.address() + ", " + lie.get()));
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
    if (!WorkSample.isDrawn(WorkSample.luck(draw), level)) {
      return Optional.empty();
    }
    synchronized (this) {
      boolean _ = owe(new Read(receipt, ByteString.copyFromUtf8(json), level), content, draw);
    }
    return Optional.of(WorkObjection.wanted(receipt.taskId()));
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
