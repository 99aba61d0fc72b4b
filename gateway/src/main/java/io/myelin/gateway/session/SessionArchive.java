package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionMachine.Stamped;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionState;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTransition;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Sessions as lines of text in the journal, and back through the session machine. The tasks of a
 * session are not among its events: the journal adds up what they cost together with their
 * receipts, and that sum is put back here as tasks of unknown id.
 */
final class SessionArchive {
  private SessionArchive() {}

  /** What is kept of a session besides its machine's events. */
  record Opening(SessionTerms terms, Opened opened) {}

  /**
   * What a client brought and was given.
   *
   * @param verification level it asked for
   * @param nonce it drew
   * @param gatewaySecret the gateway's half of the seed
   * @param signature over the request, as text
   */
  record Opened(int verification, Digest nonce, Digest gatewaySecret, String signature) {}

  /** A session as it was when the gateway stopped. */
  record Restored(SessionState state, List<SessionEvent> events) {}

  static ByteString encode(Opening opening) {
    Opened opened = opening.opened();
    return ByteString.copyFromUtf8(
        String.join(
            "\n",
            "1",
            Integer.toString(opened.verification()),
            opened.nonce().hex(),
            opened.gatewaySecret().hex(),
            opened.signature(),
            JournalCodec.SESSION_TERMS.encode(opening.terms())));
  }

  static Opening decode(ByteString bytes) throws JournalFormatException {
    String[] lines = bytes.toStringUtf8().split("\n", -1);
    if (lines.length != 6 || !lines[0].equals("1")) {
      throw new IllegalArgumentException(
          "session terms: version "
              + lines[0]
              + " with "
              + lines.length
              + " lines (expected: version 1 with 6)");
    }
    return new Opening(
        JournalCodec.SESSION_TERMS.decode(lines[5]),
        new Opened(
            Integer.parseInt(lines[1]), Digest.parse(lines[2]), Digest.parse(lines[3]), lines[4]));
  }

  static ByteString encode(Stamped stamped) {
    return ByteString.copyFromUtf8(
        stamped.atMillis() + " " + JournalCodec.SESSION_EVENT.encode(stamped.event()));
  }

  static Stamped decodeEvent(ByteString bytes) throws JournalFormatException {
    String line = bytes.toStringUtf8();
    int space = line.indexOf(' ');
    return new Stamped(
        Long.parseLong(line.substring(0, Math.max(0, space))),
        JournalCodec.SESSION_EVENT.decode(line.substring(space + 1)));
  }

  static Restored restore(SessionTerms terms, SessionLog.Stored stored)
      throws JournalFormatException {
    SessionState state = SessionMachine.request(terms, stored.createdAtMillis()).state();
    List<SessionEvent> events = new ArrayList<>();
    boolean counted = false;
    for (ByteString bytes : stored.events()) {
      Stamped next = decodeEvent(bytes);
      events.add(next.event());
      state = apply(state, next.event(), next.atMillis());
      if (!counted && state.phase() instanceof SessionPhase.Active) {
        counted = true;
        state = putBack(state, stored);
      }
    }
    return new Restored(state, events);
  }

  /** The first of the tasks carries what all of them cost. */
  private static SessionState putBack(SessionState active, SessionLog.Stored stored) {
    SessionState state = active;
    for (long i = 0; i < stored.tasksDone(); i++) {
      TaskId id = restoredTask(stored.sessionId(), i);
      BigInteger cost = i == 0 ? stored.spentWei() : BigInteger.ZERO;
      state = apply(state, new SessionEvent.TaskHeld(id, cost), stored.createdAtMillis());
      state = apply(state, new SessionEvent.TaskCounted(id, cost), stored.createdAtMillis());
    }
    return state;
  }

  private static SessionState apply(SessionState state, SessionEvent event, long atMillis) {
    return SessionMachine.apply(state, event, atMillis) instanceof SessionTransition.Moved moved
        ? moved.state()
        : state;
  }

  private static TaskId restoredTask(String sessionId, long number) {
    return TaskId.of(
        Sha256.hash(
                "myelin/restored-task/1".getBytes(StandardCharsets.UTF_8),
                sessionId.getBytes(StandardCharsets.UTF_8),
                ByteBuffer.allocate(Long.BYTES).putLong(number).array())
            .bytes());
  }
}
