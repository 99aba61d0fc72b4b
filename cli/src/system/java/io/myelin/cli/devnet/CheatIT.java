package io.myelin.cli.devnet;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.LogFilter;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.Openings;
import io.myelin.client.ClientSession;
import io.myelin.compute.fault.Fault;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.engine.catalogue.FetchProgress;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.work.VerificationLevel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole network with the real model, of which one node runs a more quantised copy: where nobody
 * checks it goes on for ever; where validators do it is caught, and nobody else is.
 */
@Timeout(900)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CheatIT {
  private static final int CHEAT = 2;
  private static final int SUSPENDED = 3;
  private static final int QUALIFIED = 2;
  private static final int SETTLED = 3;
  private static final int NODES = 4;

  /** Of a session when enough nodes are free. */
  private static final int SEATS = 3;

  /** With one for its task, and spares of a quarter of the others: what gives it three nodes. */
  private static final int SLOTS_FOR_ALL_SEATS = 9;

  private static final int UNCHECKED_ROUNDS = 3;
  private static final int ROUNDS = 60;
  private static final int MOST_DRAWS = 12;
  private static final String MODEL = ModelCatalogue.DEFAULT_MODEL.id();

  private Devnet devnet;

  @BeforeAll
  void start(@TempDir Path data) {
    DevnetPlan plan =
        new DevnetPlan(
            "127.0.0.1",
            0,
            1,
            1,
            NODES,
            5,
            data,
            false,
            Map.of(CHEAT, List.of(new Fault.Substitute(Fault.USUAL_COPY))),
            Map.of(CHEAT, List.of("substitute")));
    devnet = Devnet.prepare(plan, EngineSource.prepare(List.of(MODEL), FetchProgress.SILENT));
    devnet.start();
  }

  @AfterAll
  void stop() {
    devnet.close();
  }

  @Test
  void shouldCatchWhoRunsASmallerCopyAndPayTheOthers() throws Exception {
    // The check switched off: the very same watch finds nothing.
    ClientSession unchecked = open(VerificationLevel.NONE);
    assertThat(watch(unchecked, UNCHECKED_ROUNDS, new StringWriter())).isFalse();
    assertThat(standing(CHEAT)).isEqualTo(QUALIFIED);
    unchecked.close();

    ClientSession checked = open(VerificationLevel.SAMPLED);
    StringWriter told = new StringWriter();
    assertThat(watch(checked, ROUNDS, told)).as(told.toString()).isTrue();
    System.out.println(told);
    assertThat(told.toString())
        .contains("Caught: compute 2", "found by    validator", "slashed", "go on earning");
    assertThat(standing(CHEAT)).isEqualTo(SUSPENDED);
    for (int number = 1; number <= NODES; number++) {
      if (number != CHEAT) {
        assertThat(standing(number)).as("compute %d", number).isNotEqualTo(SUSPENDED);
      }
    }
    checked.close();
    assertPaid(SessionId.parse(checked.id()));
  }

  /**
   * A session that the cheat works for beside two who are honest: with so few nodes most, but not
   * all, draws seat it, and of a slow machine's nodes some may not be free yet.
   */
  private ClientSession open(VerificationLevel level) throws InterruptedException {
    GatewayMember gateway = devnet.gateways().getFirst();
    for (int draw = 1; draw <= MOST_DRAWS; draw++) {
      ClientSession session =
          Await.found(
              "draw " + draw + ", with room for all seats",
              () ->
                  hasRoom()
                      ? Openings.tried(
                          () ->
                              ClientSession.open(
                                  gateway.url(),
                                  gateway.member().id(),
                                  devnet.roster().client(),
                                  ClientSession.Terms.usual(MODEL, 1).checking(level)))
                      : Optional.empty());
      SessionId id = SessionId.parse(session.id());
      var seats = brief(id).seats();
      if (seats.size() == SEATS
          && seats.stream().anyMatch(seat -> seat.node().equals(address(CHEAT)))) {
        return session;
      }
      // Its nodes are free again for the next draw.
      session.close();
      Await.until("session " + draw + " is settled", () -> phase(id) >= SETTLED);
    }
    throw new AssertionError(
        "compute %d has no seat beside two others after %d draws".formatted(CHEAT, MOST_DRAWS));
  }

  /** Slots of sessions before are free only once their nodes gave a sign of life. */
  private boolean hasRoom() {
    int free = 0;
    for (int number = 1; number <= NODES; number++) {
      if (standing(number) != QUALIFIED) {
        return false;
      }
      free +=
          devnet
              .chain()
              .network()
              .nodes()
              .freeSlots(address(number))
              .on(devnet.chain().client())
              .intValueExact();
    }
    return free >= SLOTS_FOR_ALL_SEATS;
  }

  /** At the head, where the logs are: Anvil's newest state is ahead of both for a moment. */
  private int phase(SessionId session) {
    var chain = devnet.chain().client();
    return (int)
        devnet
            .chain()
            .network()
            .payment()
            .recordOf(ChainTerms.word(session))
            .on(chain, chain.head().number())
            .phase();
  }

  private boolean watch(ClientSession session, int rounds, StringWriter told) {
    return new CheatWatch(devnet, session, MODEL, rounds, new PrintWriter(told)).untilCaught();
  }

  private int standing(int number) {
    return (int)
        devnet
            .chain()
            .network()
            .nodes()
            .nodeOf(address(number))
            .on(devnet.chain().client())
            .standing();
  }

  private Address address(int number) {
    Person person = devnet.roster().compute().get(number - 1);
    return person.node();
  }

  /** The honest nodes earn, and nobody earns by what is proven false. */
  private void assertPaid(SessionId session) throws InterruptedException {
    var chain = devnet.chain().client();
    var payment = devnet.chain().network().payment();
    Await.until("the session is settled", () -> phase(session) >= SETTLED);
    SessionBrief brief = brief(session);
    List<BigInteger> earned =
        chain
            .logs(
                new LogFilter(
                    List.of(payment.address()),
                    List.of(
                        List.of(InferencePayment.SettledEvent.TYPE.topic()),
                        List.of(ChainTerms.word(session)))),
                0,
                chain.head().number())
            .stream()
            .flatMap(log -> TermsEvent.from(log).stream())
            .filter(TermsEvent.Settled.class::isInstance)
            .map(event -> ((TermsEvent.Settled) event).earnedWei())
            .findFirst()
            .orElseThrow();
    int honest = 0;
    BigInteger cheated = BigInteger.ZERO;
    for (int seat = 0; seat < brief.seats().size(); seat++) {
      boolean cheat = brief.seats().get(seat).node().equals(address(CHEAT));
      honest += !cheat && earned.get(seat).signum() > 0 ? 1 : 0;
      cheated = cheat ? cheated.add(earned.get(seat)) : cheated;
    }
    // Also of what nobody had drawn: all that it did is looked at once it is known to lie.
    assertThat(cheated).as("of %s", earned).isZero();
    assertThat(honest).as("of %s", earned).isGreaterThanOrEqualTo(2);
  }

  private SessionBrief brief(SessionId session) {
    var chain = devnet.chain().client();
    var sessions = devnet.chain().network().sessions();
    Optional<SessionBrief> found = Optional.empty();
    for (var log :
        chain.logs(
            new LogFilter(
                List.of(sessions.address()), List.of(List.of(), List.of(ChainTerms.word(session)))),
            0,
            chain.head().number())) {
      TermsEvent event = TermsEvent.from(log).orElse(null);
      if (event instanceof TermsEvent.Opened opened) {
        found = Optional.of(opened.brief());
      } else if (event instanceof TermsEvent.Extended extended) {
        found = Optional.of(extended.brief());
      }
    }
    return found.orElseThrow();
  }
}
