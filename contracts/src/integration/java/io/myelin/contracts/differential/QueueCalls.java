package io.myelin.contracts.differential;

import static io.myelin.contracts.differential.QueueAction.By;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.differential.Committee.Attested;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/** What is done to the queue, as a transaction. */
final class QueueCalls {
  private static final Bytes SPEC = Bytes.of("spec".getBytes(StandardCharsets.UTF_8));
  static final Digest SPEC_DIGEST = Sha256.hash(SPEC.toArray());
  private static final OperatorKey FORGER = OperatorKey.generate(new Random(99));
  private static final Digest TASK_VERDICT =
      Words.text(
          "TaskVerdict(bytes32 sessionId,bytes32 taskId,bool accepted,bytes32 commitsDigest)");
  private static final Digest TASK_REQUEST =
      Words.text(
          "TaskRequest(bytes32 sessionId,bytes32 clientReference,bytes32 specDigest,"
              + "uint32 maxPromptTokens,uint32 maxOutputTokens,uint64 deadlineSeconds)");
  private static final Digest TASK_CANCEL = Words.text("TaskCancel(bytes32 taskId)");

  private final QueueSession base;
  private final NetworkContracts contracts;
  private final SessionQueue queue;
  private final QueueTwin java;

  QueueCalls(QueueSession base, QueueTwin java) {
    this.base = base;
    this.java = java;
    contracts = base.network().contracts();
    queue = contracts.queue();
  }

  /** The number of the task it is about; -1 for none. */
  static int taskOf(QueueAction action) {
    return switch (action) {
      case QueueAction.Enqueue e -> e.task();
      case QueueAction.Assign e -> e.task();
      case QueueAction.Ack e -> e.task();
      case QueueAction.GiveUp e -> e.task();
      case QueueAction.Precommit e -> e.task();
      case QueueAction.Commit e -> e.task();
      case QueueAction.Verdict e -> e.task();
      case QueueAction.Cancel e -> e.task();
      case QueueAction.Enforce e -> e.task();
      case QueueAction.Finish _, QueueAction.Start _ -> -1;
    };
  }

  private Digest id(int task) {
    return Words.digest(java.taskId(task));
  }

  private Address client() {
    return base.network().client().address();
  }

  Address sender(QueueAction action) {
    return switch (action) {
      case QueueAction.Enqueue e -> e.by() == By.CLIENT ? client() : Network.STRANGER;
      case QueueAction.Cancel e -> e.by() == By.CLIENT ? client() : Network.STRANGER;
      case QueueAction.Ack e -> e.node();
      case QueueAction.GiveUp e -> e.node();
      case QueueAction.Precommit e -> e.node();
      case QueueAction.Commit e -> e.node();
      case QueueAction.Finish e -> e.byClient() ? client() : Network.STRANGER;
      case QueueAction.Assign _,
          QueueAction.Verdict _,
          QueueAction.Enforce _,
          QueueAction.Start _ ->
          Network.STRANGER;
    };
  }

  /** To be asked before Java answers: a verdict is about the state that it meets. */
  ContractWrite write(QueueAction action) {
    return switch (action) {
      case QueueAction.Enqueue e -> enqueue(e);
      case QueueAction.Assign e -> queue.assign(id(e.task()));
      case QueueAction.Ack e -> queue.ack(id(e.task()), BigInteger.valueOf(e.attempt()));
      case QueueAction.GiveUp e -> queue.giveUp(id(e.task()), BigInteger.valueOf(e.attempt()));
      case QueueAction.Precommit e ->
          queue.precommit(
              id(e.task()),
              BigInteger.valueOf(e.attempt()),
              hash(e.promise(), e.task(), e.attempt(), e.node()));
      case QueueAction.Commit e ->
          queue.commit(
              id(e.task()),
              BigInteger.valueOf(e.attempt()),
              e.promise().reveal(),
              e.wrongOutput() ? SPEC : e.promise().output());
      case QueueAction.Verdict e -> {
        Digest commits = e.aboutOthers() ? Digest.ZERO : java.commitsDigest(e.task());
        Digest content =
            Words.hash(TASK_VERDICT, base.terms().sessionId(), id(e.task()), e.accepted(), commits);
        Attested word =
            base.terms().committee().attest(e.signers(), TASK_VERDICT, id(e.task()), content);
        yield queue.validate(id(e.task()), e.accepted(), word.seats(), word.signatures());
      }
      case QueueAction.Cancel e ->
          e.by() == By.CLIENT || e.by() == By.STRANGER
              ? queue.cancel(id(e.task()))
              : queue.cancelFor(
                  id(e.task()), signed(e.by(), Words.hash(TASK_CANCEL, id(e.task()))));
      case QueueAction.Enforce e ->
          queue.enforce(
              id(e.task()), TaskTranslation.deadline(e.kind()), BigInteger.valueOf(e.attempt()));
      case QueueAction.Finish _ -> queue.finish(base.terms().queueBrief());
      case QueueAction.Start _ -> queue.start(base.terms().queueBrief(), base.terms().queueTail());
    };
  }

  private Bytes signed(By by, Digest structHash) {
    OperatorKey key = by == By.RELAYER ? base.network().client() : FORGER;
    return Bytes.of(key.sign(Committee.typed(contracts.domain(), structHash)).bytes());
  }

  private ContractWrite enqueue(QueueAction.Enqueue e) {
    Digest session = base.terms().sessionId();
    Digest reference = QueueTwin.reference(e.task());
    Bytes spec = e.wrongSpec() ? SPEC.concat(SPEC) : SPEC;
    if (e.by() == By.CLIENT || e.by() == By.STRANGER) {
      return queue.enqueue(
          session,
          reference,
          SPEC_DIGEST,
          spec,
          e.maxPromptTokens(),
          e.maxOutputTokens(),
          e.deadlineAt());
    }
    Digest request =
        Words.hash(
            TASK_REQUEST,
            session,
            reference,
            SPEC_DIGEST,
            e.maxPromptTokens(),
            e.maxOutputTokens(),
            e.deadlineAt());
    return queue.enqueueFor(
        session,
        reference,
        SPEC_DIGEST,
        spec,
        e.maxPromptTokens(),
        e.maxOutputTokens(),
        e.deadlineAt(),
        signed(e.by(), request));
  }

  /** The precommit of a promise. */
  Digest hash(Promise promise, int task, int attempt, Address node) {
    return promise
        .commitment(java.sessionId(), java.taskId(task), node, attempt, SPEC_DIGEST)
        .precommit();
  }
}
