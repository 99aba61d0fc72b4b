package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Where sessions are kept over restarts: the gateway's journal. */
public interface SessionLog {

  /**
   * Stores a new session; on disk when the stage completes.
   *
   * @param sessionId 64 hex digits; fails when it is taken
   * @param keyHash SHA-256 of its bearer key
   * @param terms a serialised {@code myelin.v1.SessionTerms}
   */
  CompletionStage<@Nullable Void> create(
      String sessionId, ByteString keyHash, ByteString terms, long createdAtMillis);

  /**
   * Appends one event of the session's machine, a serialised {@code myelin.v1.SessionEvent}; on
   * disk when the stage completes. Appends of one session keep their order.
   */
  CompletionStage<@Nullable Void> append(String sessionId, ByteString event);

  /** Every session, oldest first. Blocks; called once, before anything is stored. */
  List<Stored> load();

  /**
   * A session as it is kept.
   *
   * @param events of its machine, in order
   * @param spentWei counted so far, by the journal's own sum over its tasks
   * @param tasksDone tasks counted so far
   */
  record Stored(
      String sessionId,
      ByteString keyHash,
      ByteString terms,
      long createdAtMillis,
      List<ByteString> events,
      BigInteger spentWei,
      long tasksDone) {

    /** Copies the events. */
    public Stored {
      events = List.copyOf(events);
    }
  }
}
