package io.myelin.protocol.cognitive;

import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a node does next in a round: from what the chain says and what the node holds, no more. */
public final class RoundNode {
  private RoundNode() {}

  /**
   * What the node made, as it lies on its disk.
   *
   * @param digest what it is bound to by the chain
   * @param salt with which it is precommitted to
   * @param precommit SHA-256 of both
   */
  public record Made(Digest digest, Salt salt, Digest precommit) {}

  /** What a node does. */
  public sealed interface Step {
    /** Nothing, for now. */
    record Rest() implements Step {}

    /** Nothing any more. */
    record Forget() implements Step {}

    /**
     * Generate, and write it to the disk.
     *
     * @param input what it is made from; empty for a topic
     * @param patient whether that is still worth waiting for; else fixed words stand in for it
     */
    record Make(Kind kind, Optional<Digest> input, boolean patient) implements Step {}

    /** Bind the chain to the topic. */
    record Create(Digest digest) implements Step {}

    /** Bind the chain to the questions. */
    record Prepare(Digest digest) implements Step {}

    /** Say that it is there to answer. */
    record Start() implements Step {}

    /** Bind itself to its answer. */
    record Precommit(Digest hash) implements Step {}

    /** Reveal its answer. */
    record Commit(Salt salt, Digest digest) implements Step {}
  }

  /**
   * The next thing to do.
   *
   * @param made what it holds of this round
   * @param nowSeconds the later of the chain's time and the node's
   */
  public static Step next(RoundView view, Address self, Map<Kind, Made> made, long nowSeconds) {
    CognitivePhase phase = view.phase();
    if (phase.isEnd() || !view.round().drawn().contains(self)) {
      return new Step.Forget();
    }
    if (nowSeconds >= view.round().dueAtSeconds()) {
      // The contract would refuse it; somebody enforces.
      return new Step.Rest();
    }
    return switch (phase) {
      case CREATE ->
          view.creator().equals(self)
              ? ready(made, Kind.KIND_TOPIC)
                  .<Step>map(topic -> new Step.Create(topic.digest()))
                  .orElseGet(() -> make(view, Kind.KIND_TOPIC, nowSeconds))
              : new Step.Rest();
      case PREPARE ->
          view.preparer().equals(self)
              ? ready(made, Kind.KIND_QUESTIONS)
                  .<Step>map(questions -> new Step.Prepare(questions.digest()))
                  .orElseGet(() -> make(view, Kind.KIND_QUESTIONS, nowSeconds))
              : new Step.Rest();
      case START -> isAt(view, self, Part.ASKED) ? new Step.Start() : new Step.Rest();
      case PRECOMMIT ->
          isAt(view, self, Part.STARTED)
              ? ready(made, Kind.KIND_ANSWER)
                  .<Step>map(answer -> new Step.Precommit(answer.precommit()))
                  .orElseGet(() -> make(view, Kind.KIND_ANSWER, nowSeconds))
              : new Step.Rest();
      case COMMIT ->
          isAt(view, self, Part.BOUND)
              ? ready(made, Kind.KIND_ANSWER)
                  .<Step>map(answer -> new Step.Commit(answer.salt(), answer.digest()))
                  .orElseGet(Step.Rest::new)
              : new Step.Rest();
      case JUDGE, ENDED, FAILED -> new Step.Rest();
    };
  }

  /** What of it the chain is bound to by now, so that validators take it. */
  public static List<Kind> told(RoundView view, Address self, Map<Kind, Made> made) {
    List<Kind> told = new ArrayList<>();
    made.forEach(
        (kind, one) -> {
          boolean bound =
              switch (kind) {
                case KIND_TOPIC -> one.digest().equals(view.topicDigest());
                case KIND_QUESTIONS -> one.digest().equals(view.questionsDigest());
                default -> view.answerDigest(self).filter(one.digest()::equals).isPresent();
              };
          if (bound) {
            told.add(kind);
          }
        });
    return told;
  }

  private static Optional<Made> ready(Map<Kind, Made> made, Kind kind) {
    return Optional.ofNullable(made.get(kind));
  }

  /** The first third of a stage is for getting what others made. */
  private static Step make(RoundView view, Kind kind, long nowSeconds) {
    long left = view.round().dueAtSeconds() - nowSeconds;
    return new Step.Make(kind, view.inputOf(kind), 3 * left > 2 * view.times().stageSeconds());
  }

  private static boolean isAt(RoundView view, Address self, Part part) {
    CognitiveAnswer answer = view.round().answers().get(self);
    return answer != null && answer.part() == part;
  }
}
