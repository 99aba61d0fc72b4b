package io.myelin.contracts.differential;

import static io.myelin.contracts.differential.QueueAction.By;

import io.myelin.chain.EventLog;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.differential.Step.Question;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What is done to the queue as events of Java's machines, and what is compared. */
final class QueueBridge {

  private final QueueSession base;
  private final NetworkContracts contracts;
  private final SessionQueue queue;
  private final QueueTwin java;
  private final QueueCalls calls;

  QueueBridge(QueueSession base, QueueTwin java) {
    this.base = base;
    this.java = java;
    calls = new QueueCalls(base, java);
    contracts = base.network().contracts();
    queue = contracts.queue();
  }

  /** The same as transactions. */
  QueueCalls calls() {
    return calls;
  }

  private Digest id(int task) {
    return Words.digest(java.taskId(task));
  }

  private Address client() {
    return base.network().client().address();
  }

  // Java's answer.

  /** What Java's machines make of it, as the contract's error; empty when it takes effect. */
  Optional<String> answer(QueueAction action, long nowSeconds) {
    return switch (action) {
      case QueueAction.Enqueue e ->
          switch (e.by()) {
            // Who speaks for a client is the shell's business in Java.
            case STRANGER -> Optional.of("NotAllowed");
            case FORGER -> Optional.of("BadClientSignature");
            case CLIENT, RELAYER -> java.enqueue(e, nowSeconds);
          };
      case QueueAction.Assign e -> java.assign(e.task(), nowSeconds);
      case QueueAction.Ack e ->
          apply(e.task(), new TaskEvent.Acked(e.node(), e.attempt()), nowSeconds);
      case QueueAction.GiveUp e ->
          lose(e.task(), e.attempt(), e.node(), LossCause.CRASHED, nowSeconds);
      case QueueAction.Precommit e ->
          apply(
              e.task(),
              new TaskEvent.Precommitted(
                  e.node(), e.attempt(), calls.hash(e.promise(), e.task(), e.attempt(), e.node())),
              nowSeconds);
      case QueueAction.Commit e -> commit(e, nowSeconds);
      case QueueAction.Verdict e -> verdict(e, nowSeconds);
      case QueueAction.Cancel e -> cancel(e, nowSeconds);
      case QueueAction.Enforce e -> enforce(e, nowSeconds);
      case QueueAction.Finish e -> java.finish(e.byClient(), nowSeconds);
      case QueueAction.Start _ -> Optional.of("Duplicate");
    };
  }

  private Optional<String> apply(int task, TaskEvent event, long nowSeconds) {
    return java.apply(task, event, List.of(), nowSeconds);
  }

  private Optional<String> lose(
      int task, int attempt, Address node, LossCause cause, long nowSeconds) {
    TaskTwin twin = java.task(task);
    return twin == null
        ? Optional.of("UnknownTask")
        : apply(
            task,
            new TaskEvent.NodeLost(node, attempt, cause, twin.state().delivered()),
            nowSeconds);
  }

  private Optional<String> commit(QueueAction.Commit e, long nowSeconds) {
    TaskTwin twin = java.task(e.task());
    if (twin == null) {
      return Optional.of("UnknownTask");
    }
    var commitment =
        e.promise()
            .commitment(java.sessionId(), twin.id(), e.node(), e.attempt(), QueueCalls.SPEC_DIGEST);
    TaskEvent event = new TaskEvent.Committed(e.node(), e.attempt(), commitment, true);
    if (twin.takes(event, nowSeconds)) {
      if (e.wrongOutput()) {
        // The output goes beside the machine in Java; here it comes with the reveal.
        return Optional.of("BadData");
      }
      boolean kept =
          twin.state()
              .attempt(e.attempt())
              .map(a -> commitment.precommit().equals(a.precommit()))
              .orElse(false);
      boolean tooMany =
          commitment.promptTokens() > java.maxPromptTokens(e.task())
              || commitment.outputTokens() > java.maxOutputTokens(e.task());
      if (kept && tooMany) {
        // More than a node was asked for is seen by Java's shell.
        return lose(e.task(), e.attempt(), e.node(), LossCause.PROTOCOL_VIOLATION, nowSeconds);
      }
    }
    return apply(e.task(), event, nowSeconds);
  }

  private Optional<String> verdict(QueueAction.Verdict e, long nowSeconds) {
    TaskEvent event = new TaskEvent.Validated(e.accepted(), "the committee's word");
    TaskTwin twin = java.task(e.task());
    if (twin != null && twin.takes(event, nowSeconds)) {
      // What is no verdict of a quorum never becomes an event in Java.
      if (e.aboutOthers()) {
        return Optional.of("BadSigner");
      }
      if (e.signers() < 3) {
        return Optional.of("NoQuorum");
      }
    }
    List<Address> signers = base.terms().committee().owners().subList(0, e.signers());
    return java.apply(e.task(), event, signers, nowSeconds);
  }

  private Optional<String> cancel(QueueAction.Cancel e, long nowSeconds) {
    TaskTwin twin = java.task(e.task());
    if (twin != null && !twin.state().ended()) {
      if (e.by() == By.STRANGER) {
        return Optional.of("NotAllowed");
      }
      if (e.by() == By.FORGER) {
        return Optional.of("BadClientSignature");
      }
    }
    return twin == null
        ? Optional.of("UnknownTask")
        : apply(
            e.task(),
            new TaskEvent.CancelRequested(CancelCause.CLIENT_ASKED, twin.state().delivered()),
            nowSeconds);
  }

  private Optional<String> enforce(QueueAction.Enforce e, long nowSeconds) {
    TaskTwin twin = java.task(e.task());
    if (twin == null) {
      return Optional.of("UnknownTask");
    }
    if (!twin.state().ended() && twin.early(e.kind(), e.attempt(), nowSeconds)) {
      // Java arms such a timer again; on chain there is nothing to arm.
      return Optional.of("NotDue");
    }
    return apply(e.task(), twin.deadline(e.kind(), e.attempt()), nowSeconds);
  }

  // What is compared.

  /** Who was lost and how the task failed, in Java. */
  Object told(int task, @Nullable TaskState before) {
    TaskTwin twin = java.task(task);
    if (twin == null) {
      return List.of();
    }
    List<String> told =
        new ArrayList<>(
            twin.lostSince(before).stream().map(l -> l.attempt() + " " + l.cause()).toList());
    boolean failedNow = before == null || !before.ended();
    if (failedNow && twin.state().phase() instanceof TaskPhase.Failed failed) {
      told.add(failed.code());
    }
    return told;
  }

  /** The same by the contract's events; a batch of losses has no order of its own. */
  Object telling(List<EventLog> logs) {
    TreeSet<String> losses = new TreeSet<>();
    List<String> failures = new ArrayList<>();
    for (EventLog log : logs) {
      if (log.contract().equals(queue.address())) {
        switch (SessionQueue.event(log).orElseThrow()) {
          case SessionQueue.NodeLostEvent e ->
              losses.add(e.attempt() + " " + TaskTranslation.loss((int) e.loss()));
          case SessionQueue.TaskFailedEvent e ->
              failures.add(TaskTranslation.failure((int) e.failure()));
          default -> {}
        }
      }
    }
    List<String> told = new ArrayList<>(losses);
    told.addAll(failures);
    return told;
  }

  List<Question<?>> questions(int task) {
    List<Question<?>> questions = new ArrayList<>();
    if (task >= 0) {
      TaskTwin twin = java.task(task);
      boolean live = twin != null && !twin.state().ended();
      questions.add(
          new Question<>(
              "task",
              queue.taskOf(id(task)),
              TaskView::of,
              twin == null ? TaskView.NONE : TaskView.of(twin.state(), java.heldWei(task))));
      questions.add(
          new Question<>(
              "offers",
              queue.attemptsOf(id(task)),
              list -> TaskView.offers(list, live),
              twin == null ? List.of() : TaskView.offers(twin.state())));
    }
    var session = java.session();
    questions.add(
        new Question<>(
            "session: available wei, open tasks, tasks, over",
            queue.ledgerOf(base.terms().sessionId()),
            l -> List.of(l.availableWei(), l.openTasks(), l.tasks(), l.finished()),
            List.of(
                session.availableWei(),
                (long) session.holds().size(),
                (long) session.holds().size() + session.counted().size(),
                session.ended())));
    questions.add(
        new Question<>(
            "in escrow",
            contracts.payment().queueWei(base.terms().sessionId()),
            Function.identity(),
            session.ended() ? BigInteger.ZERO : session.fundedWei().subtract(session.spentWei())));
    return questions;
  }

  /** A last question about everybody's money, slots and points. */
  Step end(long nowSeconds) {
    List<Question<?>> questions = new ArrayList<>();
    var session = java.session();
    questions.add(
        new Question<>(
            "phase of the escrow",
            contracts.payment().recordOf(base.terms().sessionId()),
            InferencePayment.RecordOfAnswer::phase,
            SessionTranslation.phase(session.phase())));
    TreeSet<Address> everybody = new TreeSet<>(java.books().credits().keySet());
    base.terms().brief().seats().forEach(seat -> everybody.add(seat.payee()));
    everybody.addAll(base.terms().committee().owners());
    everybody.addAll(List.of(client(), Network.TREASURY, Network.STRANGER));
    for (Address account : everybody) {
      questions.add(
          new Question<>(
              "credits of " + account,
              contracts.payment().credits(account),
              Function.identity(),
              java.books().credits().getOrDefault(account, BigInteger.ZERO)));
    }
    for (Address node : base.terms().nodes()) {
      questions.add(
          new Question<>(
              "points of " + node,
              contracts.stats().points(node),
              Function.identity(),
              BigInteger.valueOf(java.books().points().getOrDefault(node, 0))));
      NodePool.Node before = base.standing(node);
      int back = session.ended() ? 1 : 0;
      questions.add(
          new Question<>(
              "slots of " + node,
              contracts.nodes().nodeOf(node),
              n -> List.of(n.reserved(), n.untested()),
              List.of(before.reserved() - back, before.untested() + back)));
    }
    // It changes nothing: the session was started long ago.
    return Step.quiet(
        "the end",
        nowSeconds,
        Network.STRANGER,
        calls.write(new QueueAction.Start()),
        Optional.of("Duplicate"),
        questions);
  }
}
