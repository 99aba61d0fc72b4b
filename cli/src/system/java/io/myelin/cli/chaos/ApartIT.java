package io.myelin.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.cli.testing.WordEngine;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.SessionId;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.PeerRole;
import io.myelin.v1.RegistryGrpc.RegistryBlockingStub;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Machines that cannot reach each other, lose packets or have wrong clocks. Whatever happens, no
 * money goes where it does not belong; when it is over, all goes on by itself.
 */
@Timeout(420)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ApartIT {
  /** {@code all}: also what takes longer than everybody should wait for at every build. */
  private static final String LONG = "myelin.apart";

  private static final Duration LIFETIME = Duration.ofHours(2);
  private static final int TASKS = 5;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  static Path folder;

  private static ApartNetwork network;
  private static ClientDesk desk;
  private static BigInteger startWei;

  @BeforeAll
  static void start() throws Exception {
    Optional<String> missing = Wires.missing();
    missing.ifPresent(why -> System.out.println("apart: SKIPPED, " + why));
    assumeTrue(missing.isEmpty(), () -> "skipped: " + missing.orElse(""));
    network = ApartNetwork.start(folder);
    desk = new ClientDesk(network.link(), network.roster().client(), folder);
    startWei = clientWei();
  }

  @AfterAll
  static void stop() {
    if (desk != null) {
      desk.close();
    }
    if (network != null) {
      network.close();
    }
  }

  @AfterEach
  void heal() {
    network.wires().heal();
  }

  private static BigInteger clientWei() {
    return desk.network().token().balanceOf(network.roster().client().address()).on(desk.chain());
  }

  private static ClientSession open() {
    return ClientSession.open(
        network.url(),
        network.gateway(),
        network.roster().client(),
        new ClientSession.Terms(WordEngine.MODEL, 1, BigInteger.TEN.pow(18), LIFETIME));
  }

  /** So many tasks, one after the other, each to its end. */
  private static void tasks(ClientSession session) throws Exception {
    try (GatewayClient http = new GatewayClient(session.endpoint())) {
      for (int number = 0; number < TASKS; number++) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set("chat", StreamedAnswer.chat(WordEngine.MODEL, "words?", 20));
        String task =
            http.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText();
        Await.until(
            "task " + task + " is done",
            () -> http.get("/api/v1/tasks/" + task).path("state").asText().equals("completed"));
      }
    }
  }

  private static void settled(ClientSession session) throws Exception {
    SessionId id = SessionId.parse(session.id());
    Await.until("session " + id + " is settled", () -> desk.phase(id) >= ClientDesk.SETTLED);
  }

  /** A whole session, and how long its parts took. */
  private static void serves(String when) throws Exception {
    long beganNanos = System.nanoTime();
    ClientSession session = Await.found("a session opens", () -> Optional.of(open()));
    long openedNanos = System.nanoTime();
    tasks(session);
    long doneNanos = System.nanoTime();
    session.close();
    settled(session);
    say(
        "%s: open after %d ms, %d tasks in %d ms, settled after %d ms"
            .formatted(
                when,
                TimeUnit.NANOSECONDS.toMillis(openedNanos - beganNanos),
                TASKS,
                TimeUnit.NANOSECONDS.toMillis(doneNanos - openedNanos),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - doneNanos)));
  }

  /** Nothing opens, nothing is taken, and the client hears why in time. */
  private static void opensNothing(String when) {
    BigInteger beforeWei = clientWei();
    long beganNanos = System.nanoTime();
    assertThatThrownBy(ApartIT::open).isInstanceOf(ClientException.class);
    say(
        "%s: an opening is refused after %d ms"
            .formatted(when, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos)));
    assertThat(clientWei()).as("the client's money").isEqualTo(beforeWei);
  }

  private static void say(String line) {
    System.out.println("apart: " + line);
  }

  private static int known(PeerRole role) {
    List<String> found = new ArrayList<>();
    GrpcClients.newClient("gproto+" + network.registryUrl(), RegistryBlockingStub.class)
        .discover(DiscoverRequest.newBuilder().setRole(role).setKnownOnly(true).build())
        .forEachRemaining(peer -> found.add(peer.getUrl()));
    return found.size();
  }

  @Test
  @Order(1)
  void shouldServeWhole() throws Exception {
    serves("whole");
  }

  @Test
  @Order(2)
  void shouldServeWhatIsOpenAndOpenNothingWhenTheGatewayIsCutOffFromTheValidators()
      throws Exception {
    ClientSession before = open();
    network.apart(
        List.of(ApartNetwork.GATEWAY), ApartNetwork.validators(1, ApartNetwork.VALIDATORS));
    tasks(before);
    opensNothing("gateway cut off from the validators");
    before.close();
    network.wires().heal();
    long healedNanos = System.nanoTime();
    settled(before);
    say(
        "gateway cut off, healed: what was closed meanwhile is settled after %d ms"
            .formatted(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healedNanos)));
    serves("gateway cut off, healed");
  }

  @Test
  @Order(3)
  void shouldOpenWithThreeOfACommitteeOfFiveAndNotWithTwo() throws Exception {
    List<String> few = ApartNetwork.validators(4, 5);
    List<String> rest = new ArrayList<>(ApartNetwork.validators(1, 3));
    rest.addAll(List.of(ApartNetwork.GATEWAY, ApartNetwork.REGISTRY));
    network.apart(few, rest);
    network.withoutChain(few);
    serves("committee split, three on the gateway's side");
    network.wires().heal();
    List<String> most = ApartNetwork.validators(3, 5);
    List<String> side = new ArrayList<>(ApartNetwork.validators(1, 2));
    side.addAll(List.of(ApartNetwork.GATEWAY, ApartNetwork.REGISTRY));
    network.apart(most, side);
    opensNothing("committee split, two on the gateway's side");
    network.wires().heal();
    serves("committee split, healed");
  }

  @Test
  @Order(4)
  @EnabledIfSystemProperty(named = LONG, matches = "all")
  void shouldServeWhatIsOpenWhenTheGatewayCannotReachTheChain() throws Exception {
    ClientSession before = open();
    network.withoutChain(List.of(ApartNetwork.GATEWAY));
    tasks(before);
    opensNothing("the gateway's chain unreachable");
    network.wires().heal();
    before.close();
    settled(before);
    serves("the gateway's chain unreachable, healed");
  }

  @Test
  @Order(5)
  @EnabledIfSystemProperty(named = LONG, matches = "all")
  void shouldOpenNothingWhenNoValidatorReachesTheChain() throws Exception {
    network.withoutChain(ApartNetwork.validators(1, ApartNetwork.VALIDATORS));
    opensNothing("the validators' chain unreachable");
    network.wires().heal();
    serves("the validators' chain unreachable, healed");
  }

  @Test
  @Order(6)
  void shouldServeWhereFiveOfAHundredPacketsAreLost() throws Exception {
    network.wires().lose(5);
    serves("5 % loss");
    serves("5 % loss, once more");
  }

  @Test
  @Order(7)
  @EnabledIfSystemProperty(named = LONG, matches = "all")
  void shouldForgetAGatewayThatIsGoneAndFindItAgain() throws Exception {
    assertThat(known(PeerRole.PEER_ROLE_GATEWAY)).isOne();
    network.apart(List.of(ApartNetwork.GATEWAY), List.of(ApartNetwork.REGISTRY));
    network.apart(
        List.of(ApartNetwork.GATEWAY), ApartNetwork.validators(1, ApartNetwork.VALIDATORS));
    long cutNanos = System.nanoTime();
    Await.until("the gateway is gone", () -> known(PeerRole.PEER_ROLE_GATEWAY) == 0);
    say(
        "gone %d ms after it was cut off"
            .formatted(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - cutNanos)));
    network.wires().heal();
    long healedNanos = System.nanoTime();
    Await.until("the gateway is back", () -> known(PeerRole.PEER_ROLE_GATEWAY) == 1);
    say(
        "found again %d ms after"
            .formatted(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - healedNanos)));
    serves("found again");
  }

  @Test
  @Order(8)
  @EnabledIfSystemProperty(named = LONG, matches = "all")
  void shouldServeThoughClocksAreHalfAMinuteWrong() throws Exception {
    String library =
        "/usr/lib/%s-linux-gnu/faketime/libfaketimeMT.so.1"
            .formatted(System.getProperty("os.arch").replace("amd64", "x86_64"));
    boolean found = Path.of(library).toFile().exists();
    if (!found) {
      System.out.println("apart: SKIPPED clocks, no " + library + " (Debian: faketime)");
    }
    assumeTrue(found);
    for (int number = 1; number <= ApartNetwork.VALIDATORS; number++) {
      network.restart("validator-" + number, wrong(library, number % 2 == 0 ? "+30s" : "-30s"));
    }
    for (String gateway : List.of("+30s", "-30s")) {
      network.restart(ApartNetwork.GATEWAY, wrong(library, gateway));
      network.awaitWhole();
      serves("gateway " + gateway + ", validators +30 s and -30 s in turn");
    }
  }

  private static Map<String, String> wrong(String library, String by) {
    // Waits must not be touched: with the library's correction of them every wait spins.
    return Map.of(
        "LD_PRELOAD",
        library,
        "FAKETIME",
        by,
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0");
  }

  @Test
  @Order(9)
  void shouldHaveEveryTokenWhereItBelongs() throws Exception {
    network.chain().cheats().advance(ClientDesk.WINDOW.plusHours(3));
    network.chain().cheats().mine(1);
    Await.until(
        "every session has ended",
        () -> {
          desk.collect(_ -> true);
          return desk.opened().keySet().stream()
              .allMatch(id -> desk.phase(id) >= ClientDesk.SETTLED);
        });
    network.chain().cheats().advance(ClientDesk.WINDOW.plusMinutes(1));
    network.chain().cheats().mine(1);
    Await.until(
        "every session is final",
        () -> {
          desk.collect(_ -> true);
          return desk.opened().keySet().stream()
              .allMatch(id -> desk.phase(id) > ClientDesk.SETTLED);
        });
    Audit audit = new Audit(desk, network.roster());
    audit.check(startWei);
    say(
        "%d sessions, %s wei spent, every token where it belongs"
            .formatted(audit.sessions().size(), audit.spentWei()));
  }
}
