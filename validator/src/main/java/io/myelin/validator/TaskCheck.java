package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueOffer;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueReveal;
import io.myelin.protocol.queue.QueueStage;
import io.myelin.protocol.queue.QueueTask;
import io.myelin.protocol.queue.TaskJudgement;
import io.myelin.protocol.settlement.Interests;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.TaskVerdict;
import java.util.List;
import java.util.Set;

/**
 * Which verdict a task of the queue deserves, by what the chain has of it and nothing that an asker
 * says. Once all of a task's nodes have revealed, that cannot change.
 */
final class TaskCheck {
  private final ChainView view;
  private final Seats seats;
  private final QueueReader reader;

  TaskCheck(ChainView view, Seats seats) {
    this.view = view;
    this.seats = seats;
    this.reader = new QueueReader(view.client(), view.network(), view.firstBlock());
  }

  /** Who decides; refuses where this validator does not, and a task that is not to be judged. */
  Sitting sitting(TaskId id) throws RefusedException {
    QueueTask task = revealed(id);
    SessionQueue.Ledger ledger =
        view.network().queue().ledgerOf(ChainTerms.word(task.sessionId())).on(view.client());
    return seats.sit(
        Subjects.taskSubject(id),
        view.network()
            .validators()
            .committee(ledger.seed(), ledger.validatorSet())
            .on(view.client()),
        reader
            .session(task.sessionId())
            .map(session -> Interests.owners(session.brief()))
            .orElse(Set.of()));
  }

  /** What to sign: the verdict asked for, where it is the one that the task deserves. */
  Attestation check(TaskId id, boolean accepted) throws RefusedException {
    QueueTask task = revealed(id);
    TermsEvent.Opened session =
        reader
            .session(task.sessionId())
            .orElseThrow(() -> refused("session " + task.sessionId() + " is not on this chain"));
    List<SessionQueue.Event> history = reader.history(id);
    List<QueueReveal> reveals = QueueReader.reveals(task, history);
    requireStatements(task, reveals);
    TaskJudgement.Verdict verdict =
        TaskJudgement.judge(task, session.tail(), QueueReader.spec(history), reveals);
    if (verdict.accepted() != accepted) {
      throw refused(
          accepted
              ? "the work does not count: " + verdict.problem().orElse("")
              : "nothing is wrong with the work");
    }
    return attestation(task, accepted);
  }

  /** What would be signed, unread. */
  Attestation unread(TaskId id, boolean accepted) throws RefusedException {
    return attestation(revealed(id), accepted);
  }

  private QueueTask revealed(TaskId id) throws RefusedException {
    QueueTask task =
        reader.task(id).orElseThrow(() -> refused("there is no task " + id + " on this chain"));
    if (task.phase() != QueuePhase.COMMITTED) {
      throw refused(
          "task " + id + " is " + task.phase() + " (expected: COMMITTED, everybody revealed)");
    }
    return task;
  }

  /** An event that is not what the contract took would be an endpoint's lie. */
  private static void requireStatements(QueueTask task, List<QueueReveal> reveals)
      throws RefusedException {
    List<Digest> kept =
        task.offers().stream()
            .filter(offer -> offer.stage() == QueueStage.COMMITTED)
            .map(QueueOffer::statement)
            .toList();
    List<Digest> told =
        reveals.stream().map(reveal -> TaskJudgement.statement(task, reveal).hashStruct()).toList();
    if (!told.equals(kept)) {
      throw new RefusedException(
          Reason.CHAIN_UNAVAILABLE,
          "the events of task %s tell of %s (expected: %s, as the contract keeps them)"
              .formatted(task.id(), told, kept));
    }
  }

  private static Attestation attestation(QueueTask task, boolean accepted) {
    return Attestation.of(
        Subjects.taskSubject(task.id()),
        new TaskVerdict(task.sessionId(), task.id(), accepted, TaskJudgement.commitsDigest(task)));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_TASK, detail);
  }
}
