package io.myelin.engine.constrain;

import io.myelin.engine.EngineException;
import io.myelin.engine.sampling.LogitFilter;
import io.myelin.engine.sampling.Vocabulary;
import java.util.BitSet;

/**
 * Allows the tokens whose bytes the automaton allows. Most tokens fall at their first byte, which
 * is worked out once per position; the rest are walked through when asked for.
 */
final class ConstraintFilter implements LogitFilter {
  private final Vocabulary vocabulary;
  private final BitSet firstTried = new BitSet(256);
  private final JsonAutomaton[] first = new JsonAutomaton[256];
  private JsonAutomaton at;

  ConstraintFilter(JsonAutomaton start, Vocabulary vocabulary) {
    this.at = start;
    this.vocabulary = vocabulary;
  }

  @Override
  public boolean allows(int token) {
    if (vocabulary.endsGeneration(token)) {
      return at.isComplete();
    }
    byte[] bytes = vocabulary.piece(token);
    if (bytes.length == 0) {
      return false;
    }
    JsonAutomaton after = afterFirst(bytes[0] & 0xFF);
    for (int i = 1; i < bytes.length && !after.isDead(); i++) {
      after = after.next(bytes[i] & 0xFF);
    }
    return !after.isDead();
  }

  private JsonAutomaton afterFirst(int value) {
    if (!firstTried.get(value)) {
      firstTried.set(value);
      first[value] = at.next(value);
    }
    return first[value];
  }

  @Override
  public void accept(int token) {
    if (vocabulary.endsGeneration(token)) {
      return;
    }
    byte[] piece = vocabulary.piece(token);
    JsonAutomaton after = at.next(piece);
    // A token without text is never chosen under a constraint, so no prefix can hold one.
    if (piece.length == 0 || after.isDead()) {
      throw new EngineException(
          EngineException.Kind.BAD_REQUEST,
          "prefix: token "
              + token
              + " breaks the output constraint (expected: output made under"
              + " the same constraint)");
    }
    at = after;
    firstTried.clear();
  }
}
