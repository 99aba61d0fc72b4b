package io.myelin.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.journal.JournalCodec;
import io.myelin.protocol.journal.JournalFormatException;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;

/** Whatever happens to a session, in whatever order. */
final class SessionMachineProperties {

  @Property(tries = 5_000)
  void everyHistoryKeepsTheBooksAndEnds(@ForAll("actions") List<SessionAction> actions)
      throws JournalFormatException {
    SessionWorld world = new SessionWorld();
    actions.forEach(world::act);
    world.settle();

    List<SessionMachine.Stamped> read = new ArrayList<>();
    for (SessionMachine.Stamped entry : world.journal()) {
      String json = JournalCodec.SESSION_EVENT.encode(entry.event());
      read.add(
          new SessionMachine.Stamped(entry.atMillis(), JournalCodec.SESSION_EVENT.decode(json)));
    }
    assertThat(read).isEqualTo(world.journal());
    SessionTerms terms =
        JournalCodec.SESSION_TERMS.decode(JournalCodec.SESSION_TERMS.encode(world.terms()));
    assertThat(SessionMachine.replay(terms, 1_000, read))
        .as("the journal gives the state")
        .isEqualTo(world.state());

    Statistics.label("end")
        .collect(world.state().phase().label())
        .coverage(
            c -> {
              c.check("closed").percentage(p -> p > 5);
              c.check("failed").percentage(p -> p > 5);
              c.check("expired").percentage(p -> p > 1);
            });
    Statistics.label("counted tasks")
        .collect(world.state().counted().size() > 1)
        .coverage(c -> c.check(true).percentage(p -> p > 10));
  }

  @Provide
  Arbitrary<List<SessionAction>> actions() {
    Arbitrary<SessionAction.Kind> kind =
        Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(SessionAction.Kind.PROGRESS)),
            Tuple.of(1, Arbitraries.of(SessionAction.Kind.class)));
    return Combinators.combine(kind, Arbitraries.integers().between(0, 60))
        .as(SessionAction::new)
        .list()
        .ofMaxSize(60);
  }
}
