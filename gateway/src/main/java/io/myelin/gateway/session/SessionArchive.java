package io.myelin.gateway.session;

import com.google.protobuf.ByteString;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.session.SessionEvent;
import io.myelin.protocol.session.SessionMachine;
import io.myelin.protocol.session.SessionMachine.Stamped;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionState;
import io.myelin.protocol.session.SessionTerms;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sessions as lines of text in the journal, and back through the session machine. The tasks of a
 * session are not among its events: the journal adds up what they cost together with their
 * receipts, and that sum is put back here as tasks of unknown id.
 */
final class SessionArchive {
  private static final int LINES = 13;

  private SessionArchive() {}

  /** What is kept of a session besides its machine's events. */
  record Opening(SessionTerms terms, Opened opened) {}

  /**
   * What a client brought and was given.
   *
   * @param request what it signed
   * @param clientRandom its part of the randomness
   * @param gatewaySecret the gateway's part
   * @param validatorSet its committee is drawn from
   * @param priceVersion that was quoted
   * @param permit its leave to take the budget; not kept, since it has been used by then
   * @param entry who took the request in, when it names no gateway; not kept either
   */
  record Opened(
      SessionRequest request,
      Signature signature,
      Digest clientRandom,
      Digest gatewaySecret,
      long validatorSet,
      Digest subnetId,
      long priceVersion,
      TokenPrice price,
      long maxTasks,
      @Nullable SignedPermit permit,
      OpeningProposal.@Nullable Entry entry) {

    /** With the nodes drawn for it. */
    SessionOpening opening(List<Address> nodes, List<Candidate> candidates) {
      return new SessionOpening(
          request,
          signature,
          clientRandom,
          gatewaySecret,
          validatorSet,
          subnetId,
          priceVersion,
          nodes,
          maxTasks,
          candidates,
          permit,
          entry);
    }
  }

  /** A session as it was when the gateway stopped. */
  record Restored(SessionState state, List<SessionEvent> events) {}

  static ByteString encode(Opening opening) {
    Opened opened = opening.opened();
    SessionRequest request = opened.request();
    return ByteString.copyFromUtf8(
        String.join(
            "\n",
            "2",
            request.gateway().toString(),
            Integer.toString(request.verification()),
            request.nonce().hex(),
            opened.signature().toString(),
            opened.clientRandom().hex(),
            opened.gatewaySecret().hex(),
            Long.toString(opened.validatorSet()),
            opened.subnetId().hex(),
            Long.toString(opened.priceVersion()),
            opened.price().inputWei().toString(),
            opened.price().outputWei().toString(),
            JournalCodec.SESSION_TERMS.encode(opening.terms())));
  }

  static Opening decode(ByteString bytes) throws JournalFormatException {
    String[] lines = bytes.toStringUtf8().split("\n", -1);
    if (lines.length != LINES || !lines[0].equals("2")) {
      throw new IllegalArgumentException(
          "session terms: version "
              + lines[0]
              + " with "
              + lines.length
              + " lines (expected: version 2 with "
              + LINES
              + "; version 1 was before there was a chain, and has no money on it)");
    }
    SessionTerms terms = JournalCodec.SESSION_TERMS.decode(lines[LINES - 1]);
    SessionRequest request =
        new SessionRequest(
            terms.client(),
            Address.parse(lines[1]),
            terms.model(),
            terms.redundancy(),
            Integer.parseInt(lines[2]),
            terms.budgetWei(),
            terms.expiresAtMillis(),
            Digest.parse(lines[3]));
    return new Opening(
        terms,
        new Opened(
            request,
            Signature.parse(lines[4]),
            Digest.parse(lines[5]),
            Digest.parse(lines[6]),
            Long.parseLong(lines[7]),
            Digest.parse(lines[8]),
            Long.parseLong(lines[9]),
            new TokenPrice(new BigInteger(lines[10]), new BigInteger(lines[11])),
            terms.maxTasks(),
            null,
            null));
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
