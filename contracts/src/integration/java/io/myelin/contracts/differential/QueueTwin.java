package io.myelin.contracts.differential;

import io.myelin.contracts.differential.TaskTwin.Lost;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.session.SessionDeadlineKind;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionPhase.CloseCause;
import io.myelin.protocol.session.SessionState;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTimings;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Java's side of a session of the queue: its session machine, a task machine for each task, and the
 * books. Every method answers with the error that the contract must revert with, empty when the
 * event takes effect.
 */
final class QueueTwin {
  private static final String PURPOSE = "myelin/select/task-nodes/1";

  private final Prepared terms;
  private final Map<Address, Address> ownerOf = new HashMap<>();
  private final Map<Integer, TaskTwin> tasks = new HashMap<>();
  private final Map<Integer, Integer> maxPrompt = new HashMap<>();
  private final Map<Integer, Integer> maxOutput = new HashMap<>();
  private final Books books = new Books();
  private SessionState session;

  QueueTwin(Prepared terms, long nowSeconds) {
    this.terms = terms;
    terms.brief().seats().forEach(seat -> ownerOf.put(seat.node(), seat.payee()));
    SessionTerms agreed =
        new SessionTerms(
            sessionId(),
            terms.brief().head().client(),
            Network.MODEL,
            redundancy(),
            terms.nodes().size(),
            terms.brief().head().budgetWei(),
            terms.brief().head().maxTasks(),
            terms.expiresAtSeconds() * 1_000,
            SessionTimings.defaults());
    session = SessionMachine.request(agreed, nowSeconds * 1_000).state();
    // What Session.open does in one transaction.
    must(new SessionEvent.NodesSelected(terms.nodes()), nowSeconds);
    must(new SessionEvent.ApprovalGiven(), nowSeconds);
    terms.nodes().forEach(node -> must(new SessionEvent.NodeReserved(node), nowSeconds));
    must(new SessionEvent.Funded(agreed.budgetWei()), nowSeconds);
  }

  SessionId sessionId() {
    return SessionId.of(terms.sessionId().bytes());
  }

  int redundancy() {
    return (int) terms.tail().redundancy();
  }

  SessionState session() {
    return session;
  }

  Books books() {
    return books;
  }

  @Nullable TaskTwin task(int number) {
    return tasks.get(number);
  }

  static Digest reference(int number) {
    return Words.hash(number);
  }

  TaskId taskId(int number) {
    return TaskId.of(Words.hash(terms.sessionId(), reference(number)).bytes());
  }

  BigInteger heldWei(int number) {
    BigInteger heldWei = session.holds().get(taskId(number));
    return heldWei == null ? BigInteger.ZERO : heldWei;
  }

  int maxPromptTokens(int number) {
    return maxPrompt.getOrDefault(number, 0);
  }

  int maxOutputTokens(int number) {
    return maxOutput.getOrDefault(number, 0);
  }

  // The session.

  private Optional<RejectReason> drive(SessionEvent event, long nowSeconds) {
    return switch (SessionMachine.apply(session, event, nowSeconds * 1_000)) {
      case SessionTransition.Rejected(RejectReason reason, String _) -> Optional.of(reason);
      case SessionTransition.Moved moved -> {
        session = moved.state();
        yield Optional.empty();
      }
    };
  }

  private void must(SessionEvent event, long nowSeconds) {
    Optional<RejectReason> rejected = drive(event, nowSeconds);
    if (rejected.isPresent()) {
      throw new AssertionError("Java's session refuses " + event + ": " + rejected);
    }
  }

  Optional<String> finish(boolean byClient, long nowSeconds) {
    boolean expired = nowSeconds >= terms.expiresAtSeconds();
    if (!byClient && !expired) {
      return Optional.of("NotAllowed");
    }
    if (!session.holds().isEmpty()) {
      // Nothing drains by itself on chain: who ends a session ends its tasks before.
      return Optional.of("TasksOpen");
    }
    if (session.ended()) {
      return Optional.of("WrongPhase");
    }
    if (expired) {
      // Time ended it, whoever says so.
      must(expiry(), nowSeconds);
    } else {
      must(new SessionEvent.CloseRequested(CloseCause.CLIENT), nowSeconds);
    }
    books.credit(terms.brief().head().client(), session.fundedWei().subtract(session.spentWei()));
    if (session.ended()) {
      must(new SessionEvent.Refunded(), nowSeconds);
    } else {
      must(new SessionEvent.Settled(), nowSeconds);
    }
    return Optional.empty();
  }

  private SessionEvent expiry() {
    long armedId =
        session.deadlines().stream()
            .filter(d -> d.kind() == SessionDeadlineKind.EXPIRY)
            .findFirst()
            .orElseThrow()
            .armedId();
    return new SessionEvent.DeadlinePassed(SessionDeadlineKind.EXPIRY, armedId);
  }

  // Tasks.

  Optional<String> enqueue(QueueAction.Enqueue e, long nowSeconds) {
    BigInteger eachWei = earnedWei(e.maxPromptTokens(), e.maxOutputTokens());
    SessionState before = session;
    Optional<RejectReason> rejected =
        drive(
            new SessionEvent.TaskHeld(
                taskId(e.task()), eachWei.multiply(BigInteger.valueOf(redundancy()))),
            nowSeconds);
    boolean sane = e.deadlineAt() > nowSeconds && e.deadlineAt() <= nowSeconds + 86_400;
    Optional<String> error = rejected.map(SessionTranslation::hold);
    if (!sane
        && !error.equals(Optional.of("BadSession"))
        && !error.equals(Optional.of("Duplicate"))) {
      // Java leaves a task's deadline to whoever makes its terms.
      error = Optional.of("BadDeadline");
    } else if (error.isEmpty() && e.wrongSpec()) {
      error = Optional.of("BadData");
    }
    if (error.isPresent()) {
      session = before;
      return error;
    }
    TaskId id = taskId(e.task());
    tasks.put(
        e.task(),
        new TaskTwin(sessionId(), id, order(id), redundancy(), e.deadlineAt(), nowSeconds));
    maxPrompt.put(e.task(), e.maxPromptTokens());
    maxOutput.put(e.task(), e.maxOutputTokens());
    return Optional.empty();
  }

  private List<Address> order(TaskId id) {
    SelectionSeed seed = new SelectionSeed(Words.hash(terms.tail().seed(), id));
    List<Candidate> candidates =
        terms.nodes().stream().map(node -> new Candidate(node, node, 1)).toList();
    return NodeSelection.draw(
            seed, PURPOSE, candidates, candidates.size(), NodeSelection.Owners.ANY)
        .stream()
        .map(Candidate::node)
        .toList();
  }

  Optional<String> assign(int number, long nowSeconds) {
    TaskTwin task = tasks.get(number);
    return task == null ? Optional.of("UnknownTask") : task.assign(nowSeconds);
  }

  /** An event of a task, and what follows from it for the session's money. */
  Optional<String> apply(int number, TaskEvent event, List<Address> signers, long nowSeconds) {
    TaskTwin task = tasks.get(number);
    if (task == null) {
      return Optional.of("UnknownTask");
    }
    TaskState before = task.state();
    Optional<String> rejection = task.apply(event, nowSeconds);
    if (rejection.isPresent()) {
      return rejection;
    }
    for (Lost lost : task.lostSince(before)) {
      if (lost.cause() != LossCause.PROMOTED) {
        books.mark(
            task.state().attempt(lost.attempt()).orElseThrow().node(),
            TaskTranslation.points(lost.cause()));
      }
    }
    if (task.state().ended() && !before.ended()) {
      ended(task, signers, nowSeconds);
    }
    return Optional.empty();
  }

  private void ended(TaskTwin task, List<Address> signers, long nowSeconds) {
    if (!(task.state().phase() instanceof TaskPhase.Completed)) {
      must(new SessionEvent.TaskDropped(task.id()), nowSeconds);
      return;
    }
    Assignment primary = task.state().primary().orElseThrow();
    var first = java.util.Objects.requireNonNull(primary.commitment());
    List<Address> owners = new ArrayList<>();
    List<BigInteger> earnedWei = new ArrayList<>();
    for (Assignment a : task.state().live()) {
      var commitment = java.util.Objects.requireNonNull(a.commitment());
      owners.add(ownerOf(a.node()));
      // As in receipts: what a node signed, but no more than the client is counted.
      earnedWei.add(
          earnedWei(
              Math.min(commitment.promptTokens(), first.promptTokens()),
              Math.min(commitment.outputTokens(), first.outputTokens())));
      books.mark(a.node(), 1);
    }
    must(new SessionEvent.TaskCounted(task.id(), Books.sum(earnedWei)), nowSeconds);
    books.payTask(owners, earnedWei, signers);
  }

  private Address ownerOf(Address node) {
    return java.util.Objects.requireNonNull(ownerOf.get(node), "a node of the session");
  }

  private BigInteger earnedWei(int promptTokens, int outputTokens) {
    return terms
        .tail()
        .inputWei()
        .multiply(BigInteger.valueOf(promptTokens))
        .add(terms.tail().outputWei().multiply(BigInteger.valueOf(outputTokens)));
  }

  /** What a verdict on a task is about: the statements of those who are in it, in order. */
  Digest commitsDigest(int number) {
    TaskTwin task = tasks.get(number);
    List<byte[]> statements = new ArrayList<>();
    if (task != null) {
      for (Assignment a : task.state().assignments()) {
        if (a.stage() == NodeStage.COMMITTED) {
          statements.add(java.util.Objects.requireNonNull(a.commitment()).digest().bytes());
        }
      }
    }
    return Keccak256.hash(statements.toArray(byte[][]::new));
  }
}
