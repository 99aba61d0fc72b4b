package io.myelin.protocol.cognitive;

import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.ids.Address;
import java.util.HashSet;
import java.util.List;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

/**
 * A round as it stands.
 *
 * @param drawn its nodes in the order they were drawn: first who creates, who prepares, who
 *     answers, then spares
 * @param dueAtSeconds when the stage is over
 * @param creator place in the draw of who creates
 * @param preparer place in the draw of who prepares
 * @param nextSpare place in the draw of the next spare
 * @param answers of those who are or were to answer
 */
public record CognitiveRound(
    List<Address> drawn,
    CognitivePhase phase,
    long dueAtSeconds,
    int creator,
    int preparer,
    int nextSpare,
    PMap<Address, CognitiveAnswer> answers) {
  /** How long each stage may take. */
  public static final long STAGE_SECONDS = 300;

  /** How long a node that took part rests. */
  public static final long COOLDOWN_SECONDS = 3_600;

  /** Most nodes that answer in one round. */
  public static final int MAX_RESPONDERS = 16;

  /** Most nodes of a draw. */
  public static final int MAX_DRAWN = 32;

  /** The first two of a draw do not answer. */
  private static final int MAKERS = 2;

  /** Copies. */
  public CognitiveRound {
    drawn = List.copyOf(drawn);
  }

  /**
   * A round that begins.
   *
   * @param drawn distinct, in the order drawn
   * @param responders how many of them are to answer
   * @throws IllegalArgumentException when there are too few or too many, or one twice
   */
  public static CognitiveRound begin(List<Address> drawn, int responders, long nowSeconds) {
    int taking = MAKERS + responders;
    if (responders < 1
        || responders > MAX_RESPONDERS
        || drawn.size() < taking
        || drawn.size() > MAX_DRAWN
        || new HashSet<>(drawn).size() != drawn.size()) {
      throw new IllegalArgumentException(
          "drawn, responders: %d, %d (expected: 1 to %d responders and two more, at most %d, no node twice)"
              .formatted(drawn.size(), responders, MAX_RESPONDERS, MAX_DRAWN));
    }
    PMap<Address, CognitiveAnswer> answers = TreePMap.empty();
    for (Address node : drawn.subList(MAKERS, taking)) {
      answers = answers.plus(node, CognitiveAnswer.asked());
    }
    return new CognitiveRound(
        drawn, CognitivePhase.CREATE, nowSeconds + STAGE_SECONDS, 0, 1, taking, answers);
  }

  /** How many of those who are to answer stand there. */
  public int count(Part part) {
    return (int) answers.values().stream().filter(answer -> answer.part() == part).count();
  }

  /** Who creates and who prepares, as things stand. */
  public List<Address> makers() {
    return List.of(drawn.get(creator), drawn.get(preparer));
  }

  boolean hasSpare() {
    return nextSpare < drawn.size();
  }

  CognitiveRound with(PMap<Address, CognitiveAnswer> next) {
    return new CognitiveRound(drawn, phase, dueAtSeconds, creator, preparer, nextSpare, next);
  }

  CognitiveRound answer(Address node, CognitiveAnswer answer) {
    return with(answers.plus(node, answer));
  }

  CognitiveRound at(CognitivePhase next, long nowSeconds) {
    return new CognitiveRound(
        drawn, next, nowSeconds + STAGE_SECONDS, creator, preparer, nextSpare, answers);
  }

  CognitiveRound createdBySpare() {
    return new CognitiveRound(
        drawn, phase, dueAtSeconds, nextSpare, preparer, nextSpare + 1, answers);
  }

  CognitiveRound preparedBySpare() {
    return new CognitiveRound(
        drawn, phase, dueAtSeconds, creator, nextSpare, nextSpare + 1, answers);
  }

  CognitiveRound answeredBySpare() {
    return new CognitiveRound(
        drawn,
        phase,
        dueAtSeconds,
        creator,
        preparer,
        nextSpare + 1,
        answers.plus(drawn.get(nextSpare), CognitiveAnswer.asked()));
  }
}
