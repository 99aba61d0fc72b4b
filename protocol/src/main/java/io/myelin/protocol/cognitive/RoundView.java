package io.myelin.protocol.cognitive;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.RoundContent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A round as the chain has it.
 *
 * @param number of its window
 * @param times of the network
 * @param topicDigest zeros while there is none
 * @param questionsDigest zeros while there are none
 */
public record RoundView(
    long number, Times times, CognitiveRound round, Digest topicDigest, Digest questionsDigest) {

  /**
   * The network's times.
   *
   * @param windowSeconds a round begins in each, at most
   * @param stageSeconds how long each stage may take
   */
  public record Times(long windowSeconds, long stageSeconds) {
    /** Which window a time is in. */
    public long windowOf(long nowSeconds) {
      return nowSeconds / windowSeconds;
    }

    /** How many windows before the current one a round that is not over may be of. */
    public long windowsBack() {
      // A stage for each spare that is called, as a round draws them, and six.
      long longest = stageSeconds * (6 + RoundDraw.MOST_SPARES);
      return longest / windowSeconds + 2;
    }
  }

  /** Its id. */
  public Digest id() {
    return RoundDraw.idOf(number);
  }

  /** When its window began. */
  public long beganSeconds() {
    return number * times.windowSeconds();
  }

  /** What it waits for. */
  public CognitivePhase phase() {
    return round.phase();
  }

  /** Who creates, as things stand. */
  public Address creator() {
    return round.drawn().get(round.creator());
  }

  /** Who prepares, as things stand. */
  public Address preparer() {
    return round.drawn().get(round.preparer());
  }

  /** Those who revealed, in the order drawn. */
  public List<Address> revealed() {
    return round.drawn().stream().filter(node -> answerDigest(node).isPresent()).toList();
  }

  /** What a node revealed; empty when it did not. */
  public Optional<Digest> answerDigest(Address node) {
    CognitiveAnswer answer = round.answers().get(node);
    return answer == null ? Optional.empty() : answer.answerDigest();
  }

  /** What a kind is made from; empty for a topic. */
  public Optional<Digest> inputOf(Kind kind) {
    return switch (kind) {
      case KIND_QUESTIONS -> Optional.of(topicDigest);
      case KIND_ANSWER -> Optional.of(questionsDigest);
      default -> Optional.empty();
    };
  }

  /** Whether the chain is bound to this. */
  public boolean binds(Digest digest) {
    return !digest.equals(Digest.ZERO)
        && (digest.equals(topicDigest) || digest.equals(questionsDigest) || isAnswer(digest));
  }

  /** Whether somebody revealed this. */
  public boolean isAnswer(Digest digest) {
    return round.drawn().stream()
        .anyMatch(node -> answerDigest(node).filter(digest::equals).isPresent());
  }

  /**
   * What the round turns on, in the order drawn up: topic and questions once they are there, then
   * the answers that were revealed.
   */
  public List<RoundPiece> pieces() {
    List<RoundPiece> pieces = new ArrayList<>();
    if (!topicDigest.equals(Digest.ZERO) || isOpened()) {
      pieces.add(new RoundPiece(creator(), Kind.KIND_TOPIC, topicDigest));
    }
    if (!questionsDigest.equals(Digest.ZERO) || isOpened()) {
      pieces.add(new RoundPiece(preparer(), Kind.KIND_QUESTIONS, questionsDigest));
    }
    for (Address node : revealed()) {
      answerDigest(node)
          .ifPresent(digest -> pieces.add(new RoundPiece(node, Kind.KIND_ANSWER, digest)));
    }
    return pieces;
  }

  /** When the stage began that it waits in. */
  public long stageSinceSeconds() {
    return round.dueAtSeconds() - times.stageSeconds();
  }

  /**
   * Whether what nobody has by now was never handed in: half of the time to judge is over, and who
   * made it could have brought it since the chain was bound to it.
   */
  public boolean isLate(long nowSeconds) {
    return phase() == CognitivePhase.JUDGE
        && 2 * (nowSeconds - stageSinceSeconds()) >= times.stageSeconds();
  }

  /**
   * Whether who listens and sits since then would have been brought a piece: since before the chain
   * can have been bound to it. Who came later may have missed it, and says nothing.
   */
  public boolean wouldHave(RoundPiece piece, long sinceSeconds) {
    return sinceSeconds
        <= (piece.kind() == Kind.KIND_ANSWER
            // The stage before lasted no longer than a stage.
            ? stageSinceSeconds() - times.stageSeconds()
            : beganSeconds());
  }

  /** Whether nobody can reveal any more. */
  public boolean isOpened() {
    return phase().number() >= CognitivePhase.JUDGE.number();
  }
}
