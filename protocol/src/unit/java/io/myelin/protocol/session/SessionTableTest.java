package io.myelin.protocol.session;

import io.myelin.protocol.docs.DocTable;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fills in the session machine's table for a session with one node. */
final class SessionTableTest {
  private static final Address NODE = Address.ZERO;
  private static final Address OTHER = Address.parse("0x" + "f".repeat(40));
  private static final TaskId TASK = TaskId.of(new byte[32]);
  private static final TaskId OTHER_TASK = TaskId.parse("f".repeat(64));
  private static final long FAR_MILLIS = 1_000_000;
  private static final SessionTerms TERMS =
      new SessionTerms(
          SessionId.of(new byte[32]),
          NODE,
          "tiny",
          1,
          1,
          BigInteger.TEN,
          0,
          FAR_MILLIS,
          new SessionTimings(100, 100, 100, 100, 100));

  private static final SessionEvent SELECTED = new SessionEvent.NodesSelected(List.of(NODE));
  private static final SessionEvent APPROVED = new SessionEvent.ApprovalGiven();
  private static final SessionEvent FUNDED = new SessionEvent.Funded(BigInteger.TEN);
  private static final SessionEvent RESERVED = new SessionEvent.NodeReserved(NODE);
  private static final SessionEvent HELD = new SessionEvent.TaskHeld(TASK, BigInteger.ONE);
  private static final SessionEvent COUNTED = new SessionEvent.TaskCounted(TASK, BigInteger.ONE);
  private static final SessionEvent CLOSE =
      new SessionEvent.CloseRequested(SessionPhase.CloseCause.CLIENT);
  private static final SessionEvent SETTLED = new SessionEvent.Settled();
  private static final SessionEvent NOT_FUNDED = new SessionEvent.NotFunded("empty");

  @Test
  void theTableInTheDocsIsWhatTheMachineDoes() throws IOException {
    Map<String, List<SessionEvent>> ways = ways();
    List<String> heads = new ArrayList<>(List.of("event"));
    heads.addAll(ways.keySet());
    DocTable table = new DocTable(heads);
    for (String name : events(state(List.of())).keySet()) {
      List<String> cells = new ArrayList<>(List.of(name));
      for (List<SessionEvent> way : ways.values()) {
        SessionState state = state(way);
        SessionEvent event = events(state).get(name);
        cells.add(event == null ? "" : cell(state, event));
      }
      table.row(cells);
    }
    table.check("state-machines.md", "session");
  }

  private static Map<String, List<SessionEvent>> ways() {
    List<SessionEvent> active = List.of(SELECTED, APPROVED, FUNDED, RESERVED);
    Map<String, List<SessionEvent>> ways = new LinkedHashMap<>();
    ways.put("requested, selecting", List.of());
    ways.put("requested, selected", List.of(SELECTED));
    ways.put("approved", List.of(SELECTED, APPROVED));
    ways.put("active, one task", plus(active, HELD));
    ways.put("settling, one task", plus(active, HELD, CLOSE));
    ways.put("settling, money due", plus(active, HELD, COUNTED, CLOSE));
    ways.put("closed", plus(active, HELD, COUNTED, CLOSE, SETTLED));
    ways.put(
        "expired, refund due",
        plus(active, new SessionEvent.DeadlinePassed(SessionDeadlineKind.EXPIRY, 1)));
    ways.put("failed", List.of(SELECTED, APPROVED, NOT_FUNDED));
    return ways;
  }

  private static List<SessionEvent> plus(List<SessionEvent> way, SessionEvent... more) {
    List<SessionEvent> all = new ArrayList<>(way);
    all.addAll(List.of(more));
    return all;
  }

  private static SessionState state(List<SessionEvent> way) {
    List<SessionMachine.Stamped> journal = new ArrayList<>();
    for (SessionEvent event : way) {
      long atMillis = event instanceof SessionEvent.DeadlinePassed ? FAR_MILLIS : 0;
      journal.add(new SessionMachine.Stamped(atMillis, event));
    }
    return SessionMachine.replay(TERMS, 0, journal);
  }

  private static String cell(SessionState state, SessionEvent event) {
    // Only a timer meets its hour; everything else comes while the session has time.
    long nowMillis = event instanceof SessionEvent.DeadlinePassed ? FAR_MILLIS : 1;
    return switch (SessionMachine.apply(state, event, nowMillis)) {
      case SessionTransition.Rejected r -> "✗ " + r.reason();
      case SessionTransition.Moved m -> {
        String after = m.state().phase().label();
        String more =
            m.state().released() ? ", released" : m.state().moneyDue() ? ", money due" : "";
        boolean same =
            after.equals(state.phase().label())
                && m.state().released() == state.released()
                && m.state().moneyDue() == state.moneyDue();
        yield same ? "stays" : "→ " + after + more;
      }
    };
  }

  private static Map<String, SessionEvent> events(SessionState state) {
    Map<String, SessionEvent> events = new LinkedHashMap<>();
    events.put(
        "NodesSelected",
        new SessionEvent.NodesSelected(List.of(state.seats().isEmpty() ? NODE : OTHER)));
    events.put("NoNodes", new SessionEvent.NoNodes("busy"));
    events.put("ApprovalGiven", APPROVED);
    events.put("ApprovalDenied", new SessionEvent.ApprovalDenied("price"));
    events.put("Funded", FUNDED);
    events.put("NotFunded", NOT_FUNDED);
    events.put("NodeReserved", RESERVED);
    events.put("NodeNotReserved", new SessionEvent.NodeNotReserved(NODE, "busy"));
    events.put("NodeLost", new SessionEvent.NodeLost(NODE, "gone"));
    events.put("NodeReleased", new SessionEvent.NodeReleased(NODE));
    events.put("TaskHeld, new", new SessionEvent.TaskHeld(OTHER_TASK, BigInteger.ONE));
    events.put("TaskCounted", COUNTED);
    events.put("TaskDropped", new SessionEvent.TaskDropped(TASK));
    events.put("CloseRequested", CLOSE);
    events.put("Settled", SETTLED);
    events.put("Refunded", new SessionEvent.Refunded());
    events.put("BudgetReturned", new SessionEvent.BudgetReturned(true));
    for (SessionDeadlineKind kind : SessionDeadlineKind.values()) {
      long armedId =
          state.deadlines().stream()
              .filter(d -> d.kind() == kind)
              .findFirst()
              .map(SessionDeadline::armedId)
              .orElse(99L);
      events.put("DeadlinePassed " + kind, new SessionEvent.DeadlinePassed(kind, armedId));
    }
    events.put("GatewayRestarted", new SessionEvent.GatewayRestarted());
    return events;
  }
}
