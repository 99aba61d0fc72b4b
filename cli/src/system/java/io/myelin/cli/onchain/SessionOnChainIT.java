package io.myelin.cli.onchain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.LogFilter;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.cli.testing.Await;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.cli.testing.Openings;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.ClientSession.Terms;
import io.myelin.client.GatewayClient;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session's way over the chain, with the real model, validators, contracts and Anvil. */
@Timeout(600)
class SessionOnChainIT {
  @TempDir private static Path folder;
  private static LiveNetwork network;
  private static NetworkContracts contracts;
  private static ChainClient chain;

  @BeforeAll
  static void start() throws Exception {
    network = LiveNetwork.start(folder, 2, 2);
    contracts = network.chain().network();
    chain = network.chain().client();
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private static String ask(ClientSession session) {
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      return client
          .chat(LiveNetwork.MODEL, List.of(new GatewayClient.Message("user", "Say yes.")), _ -> {})
          .taskId();
    }
  }

  /** At the head, where the logs are: Anvil's newest state is ahead of both for a moment. */
  private static int phase(ClientSession session) {
    return (int)
        contracts
            .payment()
            .recordOf(ChainTerms.word(SessionId.parse(session.id())))
            .on(chain, chain.head().number())
            .phase();
  }

  private static void awaitPhase(ClientSession session, int phase) throws Exception {
    Await.until("session is in phase " + phase, () -> phase(session) == phase);
  }

  private static <T extends TermsEvent> T event(ClientSession session, Class<T> kind) {
    LogFilter filter =
        new LogFilter(
            List.of(contracts.sessions().address(), contracts.payment().address()),
            List.of(List.of(), List.of(ChainTerms.word(SessionId.parse(session.id())))));
    return chain.logs(filter, 0, chain.head().number()).stream()
        .flatMap(log -> TermsEvent.from(log).stream())
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst()
        .orElseThrow();
  }

  private static TransactionOutcome send(OperatorKey from, String what, ContractWrite write)
      throws Exception {
    try (ChainStore store = ChainStore.open(folder.resolve(what + ".db"));
        ChainSender sender =
            ChainSender.start(
                chain,
                from,
                store.intents(chain.chainId(), chain.genesis(), from.address()),
                SenderPolicy.local(),
                InstantSource.system())) {
      return sender.submit(TransactionIntent.of(what, write)).get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldPayWhatReceiptsProveAndProveEachReceiptUnderTheRoot() throws Exception {
    ClientSession session = openWhenThereIsRoom();
    assertThat(phase(session)).isEqualTo(1);
    List<String> tasks = List.of(ask(session), ask(session), ask(session));
    JsonNode view =
        Await.found(
            "three tasks are counted",
            () -> Optional.of(session.view()).filter(one -> one.path("tasksDone").asInt() == 3));
    BigInteger spent = new BigInteger(view.path("spentWei").asText());
    SessionBrief brief = event(session, TermsEvent.Opened.class).brief();
    VoucherBook.Held voucher = voucher(session, brief);
    session.close();
    awaitPhase(session, 3);

    TermsEvent.Settled settled = event(session, TermsEvent.Settled.class);
    assertThat(settled.earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(spent);
    for (String task : tasks) {
      JsonNode proof;
      try (GatewayClient client = new GatewayClient(session.endpoint())) {
        proof = client.get("/api/v1/tasks/" + task + "/proof");
      }
      assertThat(proof.path("root").asText()).isEqualTo("0x" + settled.receiptsRoot());
      List<Digest> path = new ArrayList<>();
      proof.path("proof").forEach(one -> path.add(Digest.parse(one.asText().substring(2))));
      assertThat(
              MerkleTree.verify(
                  settled.receiptsRoot(),
                  Digest.parse(proof.path("leaf").asText().substring(2)),
                  path))
          .isTrue();
    }
    // What the node holds says no less than what was settled for it, so there is nothing to claim.
    int seat = brief.seatOf(voucherNode(brief, voucher));
    assertThat(voucher.earnedWei()).isEqualTo(settled.earnedWei().get(seat));
    Settlement settlement =
        Split.of(brief, settled.receiptsRoot(), 3, settled.earnedWei(), false).settlement();
    TransactionOutcome claim =
        send(
            network.client(),
            "claim",
            contracts
                .payment()
                .claim(
                    ChainTerms.forPayment(brief),
                    ChainTerms.forPayment(settlement),
                    BigInteger.valueOf(seat),
                    voucher.tasks(),
                    voucher.earnedWei(),
                    Bytes.of(voucher.signature().bytes())));
    // The contract knows the voucher as the gateway's, and answers that nothing is owed by it.
    assertThat(claim.reason(new io.myelin.chain.abi.Reverts(InferencePayment.ERRORS)))
        .hasValueSatisfying(reason -> assertThat(reason.text()).startsWith("NothingOwed"));
  }

  private static Address voucherNode(SessionBrief brief, VoucherBook.Held voucher) {
    return brief.seats().stream()
        .map(one -> one.node())
        .filter(
            node ->
                io.myelin.protocol.crypto.Signers.signedBy(
                    voucher.gateway(),
                    contracts
                        .domain()
                        .digest(
                            new io.myelin.protocol.typeddata.NodeVoucher(
                                voucher.session(), node, voucher.tasks(), voucher.earnedWei())),
                    voucher.signature()))
        .findFirst()
        .orElseThrow();
  }

  /** The one with the most tasks of the session's nodes, once it covers all three or is steady. */
  private static VoucherBook.Held voucher(ClientSession session, SessionBrief brief)
      throws Exception {
    return Await.found(
        "a node holds a voucher for its tasks",
        () -> {
          long tasks = 0;
          VoucherBook.Held best = null;
          for (int number = 1; number <= 2; number++) {
            Optional<VoucherBook.Held> held = held(session, brief, number);
            tasks += held.map(VoucherBook.Held::tasks).orElse(0L);
            best = held.orElse(best);
          }
          return tasks == 3 ? Optional.ofNullable(best) : Optional.empty();
        });
  }

  private static Optional<VoucherBook.Held> held(
      ClientSession session, SessionBrief brief, int number) {
    Path book = network.computeFolder(number).resolve("vouchers");
    for (var seat : brief.seats()) {
      try {
        Optional<VoucherBook.Held> held =
            VoucherBook.open(book, seat.node(), contracts.domain())
                .of(SessionId.parse(session.id()));
        if (held.isPresent()) {
          return held;
        }
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return Optional.empty();
  }

  @Test
  void shouldSettleWhatACancelledStreamDelivered() throws Exception {
    ClientSession session = openWhenThereIsRoom();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("chat", StreamedAnswer.chat(LiveNetwork.MODEL, "Count to one hundred.", 300));
    JsonNode ended;
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      String task =
          client.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText();
      Await.until(
          "some of it is there",
          () -> client.get("/api/v1/tasks/" + task).path("text").asText().length() > 10);
      client.delete("/api/v1/tasks/" + task);
      ended =
          Await.found(
              "it ends",
              () ->
                  Optional.of(client.get("/api/v1/tasks/" + task))
                      .filter(view -> view.has("endedAtMillis")));
    }
    assertThat(ended.path("state").asText()).isEqualTo("cancelled");
    BigInteger spent =
        Await.found(
            "it is counted",
            () ->
                Optional.of(new BigInteger(session.view().path("spentWei").asText()))
                    .filter(wei -> wei.signum() > 0));
    session.close();
    awaitPhase(session, 3);
    assertThat(event(session, TermsEvent.Settled.class).earnedWei()).contains(spent);
  }

  @Test
  void shouldGiveSlotsBackOnlyAfterASignOfLife() throws Exception {
    // More sessions than there are slots: some slot is used twice, and between that its node is
    // judged again. Which node that is the draws decide.
    Set<Address> seated = new HashSet<>();
    for (int i = 0; i < 7; i++) {
      ClientSession session = openWhenThereIsRoom();
      event(session, TermsEvent.Opened.class)
          .brief()
          .seats()
          .forEach(seat -> seated.add(seat.node()));
      session.close();
      awaitPhase(session, 3);
    }
    assertThat(seated)
        .anySatisfy(
            node -> assertThat(contracts.nodes().nodeOf(node).on(chain).round()).isGreaterThan(1));
  }

  private static ClientSession openWhenThereIsRoom() throws Exception {
    return Openings.whenThereIsRoom(network::session);
  }

  @Test
  void shouldSettleWhatItsClientClosesOnTheChain() throws Exception {
    ClientSession session = openWhenThereIsRoom();
    String _ = ask(session);
    SessionBrief brief = event(session, TermsEvent.Opened.class).brief();
    network.chain().fund(network.client().address());
    assertThat(
            send(
                network.client(),
                "close",
                contracts.sessions().close(ChainTerms.forSession(brief))))
        .isInstanceOf(TransactionOutcome.Succeeded.class);
    awaitPhase(session, 3);
    assertThat(event(session, TermsEvent.Settled.class).earnedWei())
        .anyMatch(wei -> wei.signum() > 0);
    Await.until(
        "the gateway reads that it is settled",
        () -> session.view().path("state").asText().equals("closed"));
  }

  @Test
  void shouldNotOpenWithoutMoneyAndSayWhy() throws Exception {
    OperatorKey poor = OperatorKey.generate(new SecureRandom());
    Address client = poor.address();
    assertThatThrownBy(
            () ->
                ClientSession.open(
                    network.url(),
                    network.gateway(),
                    poor,
                    new Terms(LiveNetwork.MODEL, 1, BigInteger.TEN, Duration.ofHours(1))))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("402")
        .hasMessageContaining("ERC20InsufficientAllowance");
    LogFilter opened =
        new LogFilter(
            List.of(contracts.sessions().address()),
            List.of(List.of(Session.SessionOpenedEvent.TYPE.topic())));
    assertThat(chain.logs(opened, 0, chain.head().number()))
        .noneMatch(log -> log.topics().get(2).hex().endsWith(client.toString().substring(2)));
  }
}
