package io.myelin.protocol.task;

import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The working copy of one transition: what the state becomes and what is to be done. Lives only
 * while {@link TaskMachine} answers one event.
 */
final class TaskStep {
  private final TaskState before;
  private final long nowMillis;
  private final List<Assignment> assignments;
  private final List<Replacement> searches;
  private final List<Segment> segments;
  private final List<Deadline> deadlines;
  private final List<TaskEffect> effects = new ArrayList<>();
  private TaskPhase phase;
  private Delivered delivered;
  private @Nullable StreamResult result;
  private @Nullable Cut cut;
  private long endedAtMillis;
  private int lastAttempt;
  private long lastId;

  TaskStep(TaskState before, long nowMillis) {
    this.before = before;
    this.nowMillis = nowMillis;
    assignments = new ArrayList<>(before.assignments());
    searches = new ArrayList<>(before.searches());
    segments = new ArrayList<>(before.segments());
    deadlines = new ArrayList<>(before.deadlines());
    phase = before.phase();
    delivered = before.delivered();
    result = before.result();
    cut = before.cut();
    endedAtMillis = before.endedAtMillis();
    lastAttempt = before.lastAttempt();
    lastId = before.lastId();
  }

  Transition.Moved moved() {
    return new Transition.Moved(state(), effects);
  }

  TaskState state() {
    return new TaskState(
        before.terms(),
        before.submittedAtMillis(),
        endedAtMillis,
        phase,
        assignments,
        searches,
        delivered,
        result,
        cut,
        segments,
        lastAttempt,
        lastId,
        deadlines);
  }

  TaskTerms terms() {
    return before.terms();
  }

  TaskTimings timings() {
    return before.terms().timings();
  }

  int lastAttempt() {
    return lastAttempt;
  }

  Delivered delivered() {
    return delivered;
  }

  TaskPhase phase() {
    return phase;
  }

  @Nullable Cut cut() {
    return cut;
  }

  void effect(TaskEffect effect) {
    effects.add(effect);
  }

  void deliver(Delivered position) {
    delivered = position;
  }

  void result(StreamResult streamResult) {
    result = streamResult;
  }

  void phase(TaskPhase next) {
    phase = next;
  }

  // Offers.

  void offer(Address node, Role role) {
    Delivered from = role == Role.PRIMARY ? delivered : before.terms().start();
    Assignment offer = Assignment.offered(node, ++lastAttempt, role, from.chunks());
    assignments.add(offer);
    effect(new TaskEffect.SendOffer(node, offer.attempt(), role, from));
    arm(DeadlineKind.ACK, offer.attempt(), timings().ackMillis());
  }

  void replace(Assignment next) {
    for (int i = 0; i < assignments.size(); i++) {
      if (assignments.get(i).attempt() == next.attempt()) {
        assignments.set(i, next);
        return;
      }
    }
    throw new IllegalStateException("no attempt " + next.attempt() + " in " + assignments);
  }

  Assignment attempt(int attempt) {
    for (Assignment a : assignments) {
      if (a.attempt() == attempt) {
        return a;
      }
    }
    throw new IllegalStateException("no attempt " + attempt + " in " + assignments);
  }

  @Nullable Assignment primary() {
    for (Assignment a : assignments) {
      if (a.live() && a.role() == Role.PRIMARY) {
        return a;
      }
    }
    return null;
  }

  List<Assignment> live() {
    return assignments.stream().filter(Assignment::live).toList();
  }

  /** Takes a node out, and looks for another where one is still of use. */
  void lose(Assignment lost, LossCause cause) {
    drop(lost, cause);
    if (lost.role() == Role.PRIMARY) {
      Searches.start(this, Role.PRIMARY);
    } else if (replicaStillOfUse()) {
      Searches.start(this, Role.REPLICA);
    }
  }

  /** Takes a node out. */
  void drop(Assignment lost, LossCause cause) {
    if (lost.role() == Role.PRIMARY) {
      closeSegment(lost);
      result = null;
    }
    disarm(DeadlineKind.ACK, lost.attempt());
    disarm(DeadlineKind.STALL, lost.attempt());
    replace(lost.gone(cause));
    effect(new TaskEffect.CancelNode(lost.node(), lost.attempt(), cause.name()));
    if (cause == LossCause.PROMOTED) {
      replace(attempt(lost.attempt()).withSlot(SlotUse.MOVED));
    } else {
      releaseSlot(lost.attempt());
    }
    if (cause.fault()) {
      effect(new TaskEffect.Penalise(lost.node(), lost.stage(), cause));
    }
  }

  /**
   * A replica runs the whole work: once the primary has finished, another one could not catch up in
   * the time the client would be made to wait.
   */
  boolean replicaStillOfUse() {
    Assignment primary = primary();
    return primary == null
        || primary.stage() == NodeStage.OFFERED
        || primary.stage() == NodeStage.ACKED;
  }

  // Searches, for {@link Searches} to decide about.

  List<Replacement> searches() {
    return searches;
  }

  /** Looks for another node, under a number of its own. */
  void look(Role role, boolean again, List<Address> excluded) {
    long id = arm(DeadlineKind.REPLACEMENT, 0, timings().replacementMillis());
    searches.add(new Replacement(id, role, again));
    effect(new TaskEffect.ChooseReplacement(id, role, again, excluded));
  }

  /** Ends a search, also at the shell when its deadline fired. */
  void endSearch(Replacement search) {
    searches.remove(search);
    deadlines.removeIf(d -> d.armedId() == search.requestId());
    effect(new TaskEffect.DisarmDeadline(DeadlineKind.REPLACEMENT, search.requestId()));
  }

  void endSearches() {
    List.copyOf(searches).forEach(this::endSearch);
  }

  // Deadlines.

  long arm(DeadlineKind kind, int subject, long inMillis) {
    return armAt(kind, subject, nowMillis + inMillis);
  }

  long armAt(DeadlineKind kind, int subject, long atMillis) {
    if (kind != DeadlineKind.REPLACEMENT) {
      disarm(kind, subject);
    }
    Deadline deadline = new Deadline(kind, ++lastId, subject, atMillis);
    deadlines.add(deadline);
    effect(new TaskEffect.ArmDeadline(kind, deadline.armedId(), atMillis));
    return deadline.armedId();
  }

  void disarm(DeadlineKind kind, int subject) {
    for (Deadline d : List.copyOf(deadlines)) {
      if (d.kind() == kind && d.subject() == subject) {
        disarmId(kind, d.armedId());
      }
    }
  }

  private void disarmId(DeadlineKind kind, long armedId) {
    if (deadlines.removeIf(d -> d.kind() == kind && d.armedId() == armedId)) {
      effect(new TaskEffect.DisarmDeadline(kind, armedId));
    }
  }

  /** A deadline fired: it is not armed any more, and its timer need not be stopped. */
  void fired(Deadline deadline) {
    deadlines.remove(deadline);
  }

  boolean armed(DeadlineKind kind) {
    return deadlines.stream().anyMatch(d -> d.kind() == kind);
  }

  /** After a restart no timer runs: start them all again. */
  void rearmAll() {
    deadlines.forEach(this::rearm);
  }

  /** Asks for the timer of a deadline that stands. */
  void rearm(Deadline deadline) {
    effect(new TaskEffect.ArmDeadline(deadline.kind(), deadline.armedId(), deadline.atMillis()));
  }

  // Progress of the task as a whole.

  /** Finds the phase that the offers amount to, and does what entering it asks for. */
  void advance() {
    if (phase.ended()
        || phase instanceof TaskPhase.Queued
        || phase instanceof TaskPhase.Committed
        || phase instanceof TaskPhase.Validated) {
      return;
    }
    Assignment primary = primary();
    if (primary == null || primary.stage() == NodeStage.OFFERED) {
      phase = new TaskPhase.Dispatched();
    } else if (!primary.bound() || !live().stream().allMatch(Assignment::bound)) {
      phase = new TaskPhase.Acked();
    } else {
      bound();
    }
    tidyDeadlines();
  }

  /** Everyone is bound: only now may anyone be asked to reveal. */
  private void bound() {
    phase = new TaskPhase.Precommitted();
    boolean asked = false;
    for (Assignment a : live()) {
      if (!a.revealAsked()) {
        replace(a.askedToReveal());
        effect(new TaskEffect.AskReveal(a.node(), a.attempt()));
        asked = true;
      }
    }
    if (asked) {
      arm(DeadlineKind.COMMIT, 0, timings().commitMillis());
    }
    if (live().stream().allMatch(a -> a.stage() == NodeStage.COMMITTED)) {
      disarm(DeadlineKind.COMMIT, 0);
      // All is known: only the verdict's time counts, or a client could wait and not pay.
      disarm(DeadlineKind.TASK, 0);
      phase = new TaskPhase.Committed();
      effect(new TaskEffect.ValidateNow());
      arm(DeadlineKind.VALIDATE, 0, timings().validateMillis());
    }
  }

  private void tidyDeadlines() {
    Assignment primary = primary();
    boolean waitsForPrecommits =
        phase instanceof TaskPhase.Acked
            && primary != null
            && (primary.stage() != NodeStage.ACKED || !before.terms().streams() || cut != null);
    if (!waitsForPrecommits) {
      disarm(DeadlineKind.PRECOMMIT, 0);
    }
    if (live().stream().noneMatch(Assignment::owesReveal)) {
      disarm(DeadlineKind.COMMIT, 0);
    }
  }

  // Ends.

  /** What nobody signed for costs nothing. */
  void fail(String code, String message, boolean clientFault) {
    if (cut != null) {
      unsigned(cut);
      return;
    }
    end(new TaskPhase.Failed(code, message, clientFault, Counted.NOTHING));
    effect(new TaskEffect.TellClientFailed(code, message, clientFault, delivered.tokens()));
    forgetIfReleased();
  }

  void cancel(CancelCause cause) {
    unsigned(new Cut(delivered, cause));
  }

  /**
   * Breaks the stream off where there is a primary that will commit to it, maybe to more of it than
   * the client got. Replicas do not know where that is; nobody waits for them.
   *
   * @return false when there is none, and the task can only end
   */
  boolean cutAt(Delivered position, @Nullable CancelCause cause) {
    Assignment primary = primary();
    boolean answers =
        primary != null
            && terms().streams()
            && primary.stage() != NodeStage.OFFERED
            && position.tokens() > 0;
    if (primary == null || !answers) {
      return false;
    }
    Cut broken = new Cut(position, cause);
    cut = broken;
    if (position.continues(delivered)) {
      delivered = position;
    }
    endSearches();
    for (Assignment a : live()) {
      if (a.role() == Role.REPLICA) {
        drop(a, LossCause.CUT_SHORT);
      }
    }
    disarm(DeadlineKind.TASK, 0);
    disarm(DeadlineKind.STALL, primary.attempt());
    effect(
        new TaskEffect.EndStream(broken.code(), broken.message(), broken.clientFault(), position));
    if (primary.stage() == NodeStage.ACKED) {
      effect(new TaskEffect.CutNode(primary.node(), primary.attempt(), broken.code()));
      arm(DeadlineKind.PRECOMMIT, 0, timings().precommitMillis());
    }
    advance();
    return true;
  }

  /** Ends a stream that was broken off and that nobody answers for. */
  private void unsigned(Cut broken) {
    end(broken.ending(Counted.NOTHING));
    effect(
        new TaskEffect.TellClientFailed(
            broken.code(), broken.message(), broken.clientFault(), broken.at().tokens()));
    forgetIfReleased();
  }

  void complete(TaskPhase.Ended completed) {
    end(completed);
    forgetIfReleased();
  }

  private void end(TaskPhase.Ended outcome) {
    phase = outcome;
    endedAtMillis = nowMillis;
    searches.clear();
    for (Deadline d : List.copyOf(deadlines)) {
      disarmId(d.kind(), d.armedId());
    }
    for (Assignment a : live()) {
      if (a.role() == Role.PRIMARY) {
        closeSegment(a);
      }
      if (a.stage() != NodeStage.COMMITTED) {
        effect(new TaskEffect.CancelNode(a.node(), a.attempt(), outcome.label()));
      }
      effect(new TaskEffect.TellNodeFinal(a.node(), a.attempt(), outcome));
    }
    clipSegments();
    for (Assignment a : List.copyOf(assignments)) {
      releaseSlot(a.attempt());
    }
  }

  private void releaseSlot(int attempt) {
    Assignment a = attempt(attempt);
    if (a.slot() == SlotUse.HELD) {
      replace(a.withSlot(SlotUse.RELEASING));
      effect(new TaskEffect.ReleaseSlot(a.node(), attempt));
    }
  }

  void forgetIfReleased() {
    if (state().released()) {
      effect(new TaskEffect.Forget());
    }
  }

  private void closeSegment(Assignment primary) {
    if (delivered.chunks() > primary.fromChunk()) {
      segments.add(
          new Segment(primary.node(), primary.attempt(), primary.fromChunk(), delivered.chunks()));
    }
  }

  /** A cancelled client may have got less than what was relayed for it. */
  private void clipSegments() {
    int chunks = (cut == null ? delivered : cut.at()).chunks();
    segments.removeIf(s -> s.fromChunk() >= chunks);
    segments.replaceAll(
        s -> new Segment(s.node(), s.attempt(), s.fromChunk(), Math.min(s.toChunk(), chunks)));
  }
}
