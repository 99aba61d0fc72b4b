package io.myelin.protocol.cognitive;

import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.cognitive.CognitiveEffect.Awaits;
import io.myelin.protocol.cognitive.CognitiveEffect.Marked;
import io.myelin.protocol.cognitive.CognitiveEffect.SpareCalled;
import io.myelin.protocol.cognitive.CognitiveStep.Moved;
import io.myelin.protocol.cognitive.CognitiveStep.Reason;
import io.myelin.protocol.cognitive.CognitiveStep.Refused;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The cognitive machine: total over every round and event; never throws and ignores nothing. */
public final class CognitiveMachine {
  private CognitiveMachine() {}

  /** Answers one event. */
  public static CognitiveStep apply(CognitiveRound round, CognitiveEvent event, long nowSeconds) {
    return switch (event) {
      case CognitiveEvent.Created e ->
          guard(round, CognitivePhase.CREATE, nowSeconds)
              .orElseGet(
                  () ->
                      made(
                          round,
                          e.by(),
                          round.creator(),
                          NodeStage.CREATE,
                          CognitivePhase.PREPARE,
                          nowSeconds));
      case CognitiveEvent.Prepared e ->
          guard(round, CognitivePhase.PREPARE, nowSeconds)
              .orElseGet(
                  () ->
                      made(
                          round,
                          e.by(),
                          round.preparer(),
                          NodeStage.PREPARE,
                          CognitivePhase.START,
                          nowSeconds));
      case CognitiveEvent.Started e ->
          guard(round, CognitivePhase.START, nowSeconds)
              .orElseGet(() -> started(round, e.by(), nowSeconds));
      case CognitiveEvent.Precommitted e ->
          guard(round, CognitivePhase.PRECOMMIT, nowSeconds)
              .orElseGet(() -> precommitted(round, e, nowSeconds));
      case CognitiveEvent.Committed e ->
          guard(round, CognitivePhase.COMMIT, nowSeconds)
              .orElseGet(() -> committed(round, e, nowSeconds));
      case CognitiveEvent.Judged e ->
          guard(round, CognitivePhase.JUDGE, nowSeconds)
              .orElseGet(() -> judged(round, e, nowSeconds));
      case CognitiveEvent.Enforced _ -> enforced(round, nowSeconds);
    };
  }

  private static Optional<CognitiveStep> guard(
      CognitiveRound round, CognitivePhase expected, long nowSeconds) {
    if (round.phase() != expected) {
      return Optional.of(wrongPhase(round));
    }
    return nowSeconds >= round.dueAtSeconds()
        ? Optional.of(
            new Refused(
                Reason.TOO_LATE,
                "at " + nowSeconds + " (expected: before " + round.dueAtSeconds() + ")"))
        : Optional.empty();
  }

  private static Refused wrongPhase(CognitiveRound round) {
    return new Refused(Reason.WRONG_PHASE, "the round is at " + round.phase());
  }

  private static Refused notAllowed(Address by, CognitiveRound round) {
    return new Refused(Reason.NOT_ALLOWED, by + " has no part in " + round.phase());
  }

  private static CognitiveStep made(
      CognitiveRound round,
      Address by,
      int place,
      NodeStage stage,
      CognitivePhase next,
      long nowSeconds) {
    if (!round.drawn().get(place).equals(by)) {
      return notAllowed(by, round);
    }
    List<CognitiveEffect> effects = new ArrayList<>();
    effects.add(new Marked(by, stage, StageMark.SUCCESS));
    return moved(round, next, nowSeconds, effects);
  }

  private static Moved moved(
      CognitiveRound round, CognitivePhase next, long nowSeconds, List<CognitiveEffect> effects) {
    CognitiveRound at = round.at(next, nowSeconds);
    effects.add(new Awaits(next, at.dueAtSeconds()));
    return new Moved(at, effects);
  }

  private static Optional<CognitiveStep> part(
      CognitiveRound round, Address by, Part needed, Part done) {
    CognitiveAnswer answer = round.answers().get(by);
    if (answer != null && answer.part() == done) {
      return Optional.of(new Refused(Reason.DUPLICATE, by + " said that before"));
    }
    return answer == null || answer.part() != needed
        ? Optional.of(notAllowed(by, round))
        : Optional.empty();
  }

  private static CognitiveStep started(CognitiveRound round, Address by, long nowSeconds) {
    return part(round, by, Part.ASKED, Part.STARTED)
        .orElseGet(
            () -> {
              CognitiveRound next = round.answer(by, answer(round, by).with(Part.STARTED));
              List<CognitiveEffect> effects = marked(by, NodeStage.START, StageMark.SUCCESS);
              return next.count(Part.ASKED) == 0
                  ? opened(next, Part.STARTED, CognitivePhase.PRECOMMIT, nowSeconds, effects)
                  : new Moved(next, effects);
            });
  }

  private static CognitiveStep precommitted(
      CognitiveRound round, CognitiveEvent.Precommitted event, long nowSeconds) {
    return part(round, event.by(), Part.STARTED, Part.BOUND)
        .or(() -> nothing(round, event.by(), event.hash()))
        .orElseGet(
            () -> {
              CognitiveRound next =
                  round.answer(event.by(), answer(round, event.by()).bound(event.hash()));
              List<CognitiveEffect> effects =
                  marked(event.by(), NodeStage.PRECOMMIT, StageMark.SUCCESS);
              return next.count(Part.STARTED) == 0
                  ? opened(next, Part.BOUND, CognitivePhase.COMMIT, nowSeconds, effects)
                  : new Moved(next, effects);
            });
  }

  private static Optional<CognitiveStep> nothing(CognitiveRound round, Address by, Digest digest) {
    return digest.equals(Digest.ZERO) ? Optional.of(notAllowed(by, round)) : Optional.empty();
  }

  private static CognitiveStep committed(
      CognitiveRound round, CognitiveEvent.Committed event, long nowSeconds) {
    return part(round, event.by(), Part.BOUND, Part.REVEALED)
        .or(() -> nothing(round, event.by(), event.answerDigest()))
        .orElseGet(
            () -> {
              CognitiveAnswer answer = answer(round, event.by());
              boolean same =
                  answer
                      .precommit()
                      .filter(Sha256.hash(event.salt(), event.answerDigest())::equals)
                      .isPresent();
              CognitiveRound next =
                  round.answer(
                      event.by(),
                      same ? answer.revealed(event.answerDigest()) : answer.with(Part.OUT));
              List<CognitiveEffect> effects =
                  marked(
                      event.by(), NodeStage.COMMIT, same ? StageMark.SUCCESS : StageMark.INVALID);
              return next.count(Part.BOUND) == 0
                  ? opened(next, Part.REVEALED, CognitivePhase.JUDGE, nowSeconds, effects)
                  : new Moved(next, effects);
            });
  }

  private static CognitiveAnswer answer(CognitiveRound round, Address node) {
    return Objects.requireNonNull(round.answers().get(node), "its part was looked at before");
  }

  private static List<CognitiveEffect> marked(Address node, NodeStage stage, StageMark mark) {
    List<CognitiveEffect> effects = new ArrayList<>();
    effects.add(new Marked(node, stage, mark));
    return effects;
  }

  /** The next stage, if somebody is left for it. */
  private static Moved opened(
      CognitiveRound round,
      Part needed,
      CognitivePhase next,
      long nowSeconds,
      List<CognitiveEffect> effects) {
    return moved(
        round, round.count(needed) == 0 ? CognitivePhase.FAILED : next, nowSeconds, effects);
  }

  private static CognitiveStep judged(
      CognitiveRound round, CognitiveEvent.Judged event, long nowSeconds) {
    CognitiveRound next = round;
    List<CognitiveEffect> effects = new ArrayList<>();
    List<Address> all = new ArrayList<>(event.right());
    all.addAll(event.wrong());
    Set<Address> makers = new HashSet<>(round.makers());
    for (int i = 0; i < all.size(); i++) {
      Address node = all.get(i);
      CognitiveAnswer answer = next.answers().get(node);
      if (answer != null && answer.part() == Part.REVEALED) {
        next = next.answer(node, answer.with(Part.OUT));
      } else if (!makers.remove(node)) {
        return new Refused(Reason.BAD_NODES, node + " made nothing, or is named twice");
      }
      StageMark mark = i < event.right().size() ? StageMark.SUCCESS : StageMark.INVALID;
      effects.add(new Marked(node, NodeStage.CORRECTNESS, mark));
    }
    return moved(next, CognitivePhase.ENDED, nowSeconds, effects);
  }

  private static CognitiveStep enforced(CognitiveRound round, long nowSeconds) {
    if (round.phase().isEnd()) {
      return wrongPhase(round);
    }
    if (nowSeconds < round.dueAtSeconds()) {
      return new Refused(
          Reason.NOT_DUE, "at " + nowSeconds + " (expected: from " + round.dueAtSeconds() + " on)");
    }
    List<CognitiveEffect> effects = new ArrayList<>();
    return switch (round.phase()) {
      case CREATE -> {
        missed(effects, round.drawn().get(round.creator()), NodeStage.CREATE);
        yield round.hasSpare()
            ? again(round, round.createdBySpare(), nowSeconds, effects)
            : moved(round, CognitivePhase.FAILED, nowSeconds, effects);
      }
      case PREPARE -> {
        missed(effects, round.drawn().get(round.preparer()), NodeStage.PREPARE);
        yield round.hasSpare()
            ? again(round, round.preparedBySpare(), nowSeconds, effects)
            : moved(round, CognitivePhase.FAILED, nowSeconds, effects);
      }
      case START -> enforcedStart(round, nowSeconds, effects);
      case PRECOMMIT ->
          opened(
              dropSilent(round, Part.STARTED, NodeStage.PRECOMMIT, effects),
              Part.BOUND,
              CognitivePhase.COMMIT,
              nowSeconds,
              effects);
      case COMMIT ->
          opened(
              dropSilent(round, Part.BOUND, NodeStage.COMMIT, effects),
              Part.REVEALED,
              CognitivePhase.JUDGE,
              nowSeconds,
              effects);
      case JUDGE, ENDED, FAILED -> moved(round, CognitivePhase.FAILED, nowSeconds, effects);
    };
  }

  private static void missed(List<CognitiveEffect> effects, Address node, NodeStage stage) {
    effects.add(new Marked(node, stage, StageMark.TIMEOUT));
  }

  private static Moved again(
      CognitiveRound before, CognitiveRound after, long nowSeconds, List<CognitiveEffect> effects) {
    effects.add(new SpareCalled(before.drawn().get(before.nextSpare()), before.phase()));
    return moved(after, before.phase(), nowSeconds, effects);
  }

  private static CognitiveStep enforcedStart(
      CognitiveRound round, long nowSeconds, List<CognitiveEffect> effects) {
    int silent = round.count(Part.ASKED);
    CognitiveRound next = dropSilent(round, Part.ASKED, NodeStage.START, effects);
    int called = 0;
    for (; called < silent && next.hasSpare(); called++) {
      effects.add(new SpareCalled(next.drawn().get(next.nextSpare()), CognitivePhase.START));
      next = next.answeredBySpare();
    }
    return called == 0
        ? opened(next, Part.STARTED, CognitivePhase.PRECOMMIT, nowSeconds, effects)
        : moved(next, CognitivePhase.START, nowSeconds, effects);
  }

  /** Takes out who has not done what the stage asks for, in the order of the draw. */
  private static CognitiveRound dropSilent(
      CognitiveRound round, Part still, NodeStage stage, List<CognitiveEffect> effects) {
    CognitiveRound next = round;
    for (Address node : round.drawn()) {
      CognitiveAnswer answer = round.answers().get(node);
      if (answer != null && answer.part() == still) {
        next = next.answer(node, answer.with(Part.OUT));
        missed(effects, node, stage);
      }
    }
    return next;
  }
}
