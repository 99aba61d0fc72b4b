package io.myelin.engine.constrain;

import io.myelin.engine.EngineException;
import io.myelin.engine.sampling.LogitFilter;
import io.myelin.engine.sampling.Vocabulary;
import io.myelin.v1.OutputConstraint;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes filters that hold an output to JSON. Compiled schemas are kept for the next request. */
public final class ConstraintFilters implements LogitFilter.Factory {
  private static final int KEPT = 64;
  private static final int MAX_SCHEMA_CHARS = 256 << 10;
  private static final Node ANY_OBJECT = SchemaCompiler.anyObject();

  private final Map<String, Node> compiled =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Node> eldest) {
          return size() > KEPT;
        }
      };

  /** With nothing compiled yet. */
  public ConstraintFilters() {}

  /**
   * Says whether a constraint can be held, for those who refuse early.
   *
   * @throws EngineException BAD_REQUEST naming what cannot
   */
  public void check(OutputConstraint constraint) {
    var _ = root(constraint);
  }

  @Override
  public LogitFilter create(OutputConstraint constraint, Vocabulary vocabulary) {
    return new ConstraintFilter(JsonAutomaton.of(root(constraint)), vocabulary);
  }

  private Node root(OutputConstraint constraint) {
    return switch (constraint.getKind()) {
      case KIND_JSON_OBJECT -> ANY_OBJECT;
      case KIND_JSON_SCHEMA -> schema(constraint.getSchemaJson());
      case KIND_FREE_TEXT, UNRECOGNIZED ->
          throw new EngineException(
              EngineException.Kind.BAD_REQUEST,
              "constraint: "
                  + constraint.getKind()
                  + " (expected: KIND_JSON_OBJECT or KIND_JSON_SCHEMA)");
    };
  }

  private Node schema(String text) {
    if (text.length() > MAX_SCHEMA_CHARS) {
      throw new EngineException(
          EngineException.Kind.BAD_REQUEST,
          "json schema: "
              + text.length()
              + " characters (expected: at most "
              + MAX_SCHEMA_CHARS
              + ")");
    }
    synchronized (compiled) {
      Node known = compiled.get(text);
      if (known != null) {
        return known;
      }
    }
    Node fresh = SchemaCompiler.compile(text);
    synchronized (compiled) {
      compiled.put(text, fresh);
    }
    return fresh;
  }
}
