package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * The part of the gateway's journal that keeps sessions: an append-only log of serialised session
 * events. The order of appends is the order of replay, over all sessions.
 */
public interface SessionStore {

  /**
   * Appends one event. The returned stage completes once the event is on disk, or fails with the
   * reason. Appends from one thread keep their order.
   *
   * @param sessionId 64 hex digits
   * @param event a serialised {@code myelin.v1.SessionEvent}
   */
  CompletionStage<Void> append(String sessionId, ByteString event);

  /** Every event ever appended, oldest first. Blocks; called once, before anything is appended. */
  void replay(Consumer<Entry> consumer);

  /** One event of the log. */
  record Entry(String sessionId, ByteString event) {}
}
