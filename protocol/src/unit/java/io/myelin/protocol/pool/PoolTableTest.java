package io.myelin.protocol.pool;

import io.myelin.protocol.docs.DocTable;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fills in the pool machine's table for a node with one slot. */
final class PoolTableTest {
  private static final Address NODE = Address.ZERO;
  private static final SessionId ONE = SessionId.of(new byte[32]);

  @Test
  void theTableInTheDocsIsWhatTheMachineDoes() throws IOException {
    PoolEvent joined = new PoolEvent.Joined(NODE, 1);
    PoolEvent qualified = new PoolEvent.Qualified(NODE);
    PoolEvent reserved = new PoolEvent.Reserved(NODE, ONE, 1);
    PoolEvent released = new PoolEvent.Released(NODE, ONE);
    PoolEvent left = new PoolEvent.Left(NODE, "bye");
    PoolEvent suspended = new PoolEvent.Suspended(NODE, "fault");
    List<List<PoolEvent>> ways =
        List.of(
            List.of(),
            List.of(joined),
            List.of(joined, qualified),
            List.of(joined, qualified, reserved),
            List.of(joined, qualified, reserved, released),
            List.of(joined, suspended),
            List.of(joined, qualified, reserved, left));
    Map<String, PoolEvent> events = new LinkedHashMap<>();
    events.put("Joined", joined);
    events.put("Qualified", qualified);
    events.put("Disqualified", new PoolEvent.Disqualified(NODE, "test"));
    events.put("Reserved", reserved);
    events.put("Released", released);
    events.put("Suspended", suspended);
    events.put("Reinstated", new PoolEvent.Reinstated(NODE));
    events.put("SlotsChanged to more", new PoolEvent.SlotsChanged(NODE, 2));
    events.put("Left", left);

    List<String> heads = new ArrayList<>(List.of("event"));
    ways.forEach(way -> heads.add(label(PoolMachine.replay(way))));
    DocTable table = new DocTable(heads);
    events.forEach(
        (name, event) -> {
          List<String> cells = new ArrayList<>(List.of(name));
          ways.forEach(way -> cells.add(cell(PoolMachine.replay(way), event)));
          table.row(cells);
        });
    table.check("state-machines.md", "pool");
  }

  private static String cell(PoolState state, PoolEvent event) {
    return switch (PoolMachine.apply(state, event)) {
      case PoolTransition.Rejected r -> "✗ " + r.reason();
      case PoolTransition.Moved m ->
          label(m.state()).equals(label(state)) ? "stays" : "→ " + label(m.state());
    };
  }

  private static String label(PoolState state) {
    return state.node(NODE).map(PoolNode::label).orElse("not in the pool");
  }
}
