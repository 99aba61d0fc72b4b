package io.myelin.protocol.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.myelin.protocol.pool.PoolEvent;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.task.TaskTerms;

/**
 * Journal entries as one line of JSON each. Strict: an entry with a field too many or too few is an
 * error, never a guess. Safe for use by many threads.
 *
 * @param <T> what an entry holds
 */
public final class JournalCodec<T> {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();

  /** What a task was submitted with. */
  public static final JournalCodec<TaskTerms> TASK_TERMS = new JournalCodec<>(TaskTerms.class);

  /** What happened to a task. */
  public static final JournalCodec<TaskEvent> TASK_EVENT = new JournalCodec<>(TaskEvent.class);

  /** What a session was requested with. */
  public static final JournalCodec<SessionTerms> SESSION_TERMS =
      new JournalCodec<>(SessionTerms.class);

  /** What happened to a session. */
  public static final JournalCodec<SessionEvent> SESSION_EVENT =
      new JournalCodec<>(SessionEvent.class);

  /** What happened to a node of the pool. */
  public static final JournalCodec<PoolEvent> POOL_EVENT = new JournalCodec<>(PoolEvent.class);

  private final Class<T> type;
  private final ObjectWriter writer;
  private final ObjectReader reader;

  private JournalCodec(Class<T> type) {
    this.type = type;
    writer = MAPPER.writerFor(type);
    reader = MAPPER.readerFor(type);
  }

  /** As one line of JSON. */
  public String encode(T entry) {
    try {
      return writer.writeValueAsString(entry);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("not a journal entry: " + entry, e);
    }
  }

  /**
   * From a line of JSON.
   *
   * @throws JournalFormatException when the line is not exactly such an entry
   */
  public T decode(String line) throws JournalFormatException {
    try {
      T entry = reader.readValue(line);
      String missing = entry == null ? "all of it" : NullCheck.missing(entry);
      if (missing != null) {
        throw new JournalFormatException(
            describe(line), new IllegalArgumentException("null: " + missing));
      }
      return entry;
    } catch (JsonProcessingException e) {
      throw new JournalFormatException(describe(line), e);
    }
  }

  private String describe(String line) {
    String shown = line.length() <= 200 ? line : line.substring(0, 200) + "…";
    return "journal entry: " + shown + " (expected: a " + type.getSimpleName() + " as JSON)";
  }
}
