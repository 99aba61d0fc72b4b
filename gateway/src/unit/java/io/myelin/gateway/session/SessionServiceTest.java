package io.myelin.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.work.VerificationLevel;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SessionServiceTest {
  private static final Address GATEWAY = OperatorKey.generate(new Random(9)).address();
  private static final BigInteger BUDGET = BigInteger.valueOf(1_000);
  private static final long START = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;

  private final AtomicLong now = new AtomicLong(START);
  private final MemorySessionLog journal = new MemorySessionLog();
  private final FixedNodes nodes = new FixedNodes();
  private final FreeChain funds = new FreeChain(BigInteger.valueOf(5_000));
  private final List<String> cancelled = new ArrayList<>();
  private SessionService service = start(nodes, funds);
  private final TestingClient client =
      new TestingClient(1, GATEWAY, Eip712Domain.local(), () -> service.seedCommitment());

  private SessionService start(FixedNodes directory, FreeChain money) {
    SessionService started =
        SessionService.start(
            SessionSettings.standard(GATEWAY, Eip712Domain.local()),
            money,
            journal,
            () -> Instant.ofEpochMilli(now.get()),
            new Random(now.get()));
    directory.addListener(started);
    started.cancelTasksWith(
        (session, task, _) -> {
          cancelled.add(task);
          started.release(session, task);
          return true;
        });
    return started;
  }

  @Test
  void shouldOpenWithTheNodesAnyoneCanDrawAgain() {
    for (int i = 1; i <= 6; i++) {
      nodes.join(FixedNodes.node(i, 2, i == 6 ? "other" : "tiny"));
    }
    SessionRequest request = client.request("tiny", 2, BUDGET, START + HOUR);
    SignedSessionRequest signed = client.sign(request);
    Digest commitment = signed.seedCommitment();
    OpenedSession opened = service.open(signed).join();

    assertThat(opened.selection().seedCommitment()).isEqualTo(commitment);
    SelectionSeed seed =
        SelectionSeed.open(commitment, request.nonce(), opened.selection().gatewaySecret());
    List<Candidate> candidates =
        nodes.nodes().stream()
            .filter(node -> node.serves("tiny"))
            .map(node -> Address.parse(node.id()))
            .map(node -> new Candidate(node, node, 1))
            .toList();
    assertThat(opened.session().nodes())
        .isEqualTo(
            NodeSelection.draw(
                    seed, NodeSelection.SESSION_NODES, candidates, 3, NodeSelection.Owners.DISTINCT)
                .stream()
                .map(drawn -> drawn.node().toString())
                .toList());
    assertThat(opened.session().state()).isEqualTo("active");
    assertThat(service.byApiKey(opened.apiKey())).hasValue(opened.session());
    assertThat(service.byApiKey(opened.apiKey() + "x")).isEmpty();
    assertThat(service.seedCommitment()).isNotEqualTo(commitment);
    assertThat(opened.session().id()).isEqualTo(Eip712Domain.local().digest(request).hex());
    assertThat(opened.toString()).doesNotContain(opened.apiKey());
    assertThat(journal.load().getFirst().terms().toStringUtf8()).doesNotContain(opened.apiKey());
  }

  @Test
  void shouldRefuseTheSameRequestAndTheSameNonceASecondTime() {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    SessionRequest request = client.request("tiny", 1, BUDGET, START + HOUR);
    SignedSessionRequest signed = client.sign(request);
    service.open(signed).join();
    assertRefused(signed, Reason.NONCE_USED);
    SessionRequest changed =
        new SessionRequest(
            request.client(), request.gateway(), "*", 1, 0, BUDGET, START + HOUR, request.nonce());
    assertRefused(client.sign(changed), Reason.STALE_SEED_COMMITMENT);
    assertThat(service.activeCount()).isEqualTo(1);
  }

  @Test
  void shouldRefuseWhatIsNotSignedByTheClientForThisGateway() {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    SessionRequest request = client.request("tiny", 1, BUDGET, START + HOUR);
    SessionRequest richer =
        new SessionRequest(
            request.client(),
            request.gateway(),
            "tiny",
            1,
            0,
            BUDGET.add(BigInteger.ONE),
            START + HOUR,
            request.nonce());
    assertRefused(client.sign(richer, client.sign(request).signature()), Reason.BAD_SIGNATURE);
    TestingClient elsewhere =
        new TestingClient(1, Address.ZERO, Eip712Domain.local(), () -> service.seedCommitment());
    assertRefused(
        elsewhere.sign(elsewhere.request("tiny", 1, BUDGET, START + HOUR)), Reason.WRONG_GATEWAY);
    TestingClient otherChain =
        new TestingClient(
            1, GATEWAY, new Eip712Domain(1, Address.ZERO), () -> service.seedCommitment());
    assertRefused(
        otherChain.sign(otherChain.request("tiny", 1, BUDGET, START + HOUR)), Reason.BAD_SIGNATURE);
  }

  @Test
  void shouldRefuseTermsItDoesNotOfferAndKeepNothing() {
    assertRefused(client.sign(request(1, BUDGET, HOUR)), Reason.UNKNOWN_MODEL);
    nodes.join(FixedNodes.node(1, 1, "tiny"));
    assertRefused(client.sign(request(1, BUDGET, 10)), Reason.BAD_TERMS);
    assertRefused(client.sign(request(1, BUDGET, 10_000 * HOUR)), Reason.BAD_TERMS);
    assertRefused(client.sign(request(6, BUDGET, HOUR)), Reason.BAD_TERMS);
    assertRefused(client.sign(request(2, BUDGET, HOUR)), Reason.NO_CAPACITY);
    SessionRequest plain = client.request("tiny", 1, BUDGET, START + HOUR);
    SessionRequest verified =
        new SessionRequest(
            plain.client(), GATEWAY, "tiny", 1, 2, BUDGET, START + HOUR, plain.nonce());
    assertRefused(client.sign(verified), Reason.BAD_TERMS);
    SignedSessionRequest tooDear = client.sign(request(1, BigInteger.valueOf(5_001), HOUR));
    assertRefused(tooDear, Reason.INSUFFICIENT_FUNDS);
    // The one that was approved and could not pay stays in the books, as what it is.
    assertThat(service.ofClient(client.address().toString()))
        .extracting(SessionView::state)
        .containsExactly("failed");
    assertThat(funds.escrowedWei()).isZero();
    assertThat(journal.load()).hasSize(1);
    // The one slot is free again.
    OpenedSession opened = service.open(client.sign(request(1, BUDGET, HOUR))).join();
    assertThat(opened.session().nodes()).hasSize(1);
    assertThat(service.nodeState(opened.session().nodes().getFirst())).isEqualTo("reserved");
    assertRefused(client.sign(request(1, BUDGET, HOUR)), Reason.NO_CAPACITY);
  }

  private SignedSessionRequest atLevel(int number, int redundancy) {
    SessionRequest plain = client.request("tiny", redundancy, BUDGET, START + HOUR);
    return client.sign(
        new SessionRequest(
            plain.client(),
            GATEWAY,
            "tiny",
            redundancy,
            number,
            BUDGET,
            START + HOUR,
            plain.nonce()));
  }

  @Test
  void shouldOpenARedundantSessionForSeveralNodesOnly() {
    for (int i = 1; i <= 3; i++) {
      nodes.join(FixedNodes.node(i, 2, "tiny"));
    }
    assertThatThrownBy(() -> service.open(atLevel(2, 1)).join())
        .hasMessageContaining("request.redundancy: 1 (expected: at least 2 at level redundant");
    assertThatThrownBy(() -> service.open(atLevel(4, 2)).join())
        .hasMessageContaining("request.verification: 4 (expected: 0 for none");
    OpenedSession opened = service.open(atLevel(2, 3)).join();
    assertThat(opened.session().verification()).isEqualTo("redundant");
    assertThat(opened.session().nodes()).hasSize(3);
    assertThat(service.grant(opened.session().id()).orElseThrow().verification())
        .isEqualTo(VerificationLevel.REDUNDANT);
  }

  @Test
  void shouldLeaveSlotsForSessionsThatComeLater() {
    nodes.join(FixedNodes.node(1, 2, "tiny"));
    nodes.join(FixedNodes.node(2, 2, "tiny"));
    List<Integer> seats = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      seats.add(
          service.open(client.sign(request(1, BUDGET, HOUR))).join().session().nodes().size());
    }
    assertThat(seats).containsExactly(1, 1, 1, 1);
    assertRefused(client.sign(request(1, BUDGET, HOUR)), Reason.NO_CAPACITY);
    // More slots are for new sessions: a committee gives one no more than it was opened with.
    nodes.join(FixedNodes.node(3, 8, "tiny"));
    assertThat(service.ofClient(client.address().toString()))
        .extracting(view -> view.nodes().size())
        .containsOnly(1);
    service.open(client.sign(request(1, BUDGET, HOUR))).join();
  }

  @Test
  void shouldUseEachCommitmentOnceAndOnlyForTheNonceThatBindsIt() {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    SignedSessionRequest first = client.sign(request(1, BUDGET, HOUR));
    SignedSessionRequest second = client.sign(request(1, BUDGET, HOUR));
    // Two clients who asked at the same time do not spoil each other's signatures.
    assertThat(service.open(second).join().selection().seedCommitment())
        .isEqualTo(second.seedCommitment());
    assertRefused(
        new SignedSessionRequest(
            first.request(),
            first.signature(),
            second.clientRandom(),
            first.seedCommitment(),
            1,
            0,
            null),
        Reason.BAD_NONCE);
    assertRefused(
        new SignedSessionRequest(
            first.request(),
            first.signature(),
            first.clientRandom(),
            first.seedCommitment(),
            7,
            0,
            null),
        Reason.BAD_NONCE);
    service.open(first).join();
  }

  @Test
  void shouldGiveUpASessionThatCannotBeStored() {
    nodes.join(FixedNodes.node(1, 1, "tiny"));
    journal.fail(true);
    assertRefused(client.sign(request(1, BUDGET, HOUR)), Reason.NOT_STORED);
    assertThat(service.activeCount()).isZero();
    assertThat(funds.escrowedWei()).isZero();
    journal.fail(false);
    service.open(client.sign(request(1, BUDGET, HOUR))).join();
    assertThat(service.activeCount()).isEqualTo(1);
  }

  @Test
  void shouldHoldCountOnceAndKeepLimits() throws Exception {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    SignedSessionRequest signed = client.sign(request(1, BUDGET, HOUR));
    String id = service.open(client.sign(signed.request(), 3)).join().session().id();
    service.hold(id, task(1), BigInteger.valueOf(600));
    service.hold(id, task(1), BigInteger.valueOf(600));
    assertLimit(id, task(2), 500);
    service.hold(id, task(2), BigInteger.valueOf(400));
    assertThat(service.count(id, task(1), usage(100))).isTrue();
    assertThat(service.count(id, task(1), usage(100))).isFalse();
    service.release(id, task(2));
    assertThat(service.count(id, task(2), usage(1))).isFalse();
    assertThat(service.byId(id).orElseThrow().spentWei()).isEqualTo(100);
    assertThat(service.byId(id).orElseThrow().tasksDone()).isEqualTo(1);
    service.hold(id, task(3), BigInteger.valueOf(450));
    service.hold(id, task(4), BigInteger.valueOf(450));
    assertLimit(id, task(5), 1);
    assertThatThrownBy(() -> service.hold("00".repeat(32), task(9), BigInteger.ONE))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(TaskRejectedException.Reason.UNKNOWN_SESSION));
  }

  @Test
  void shouldSettleOnceTheLastTaskEnded() throws Exception {
    nodes.join(FixedNodes.node(1, 1, "tiny"));
    OpenedSession opened = service.open(client.sign(request(1, BUDGET, HOUR))).join();
    String id = opened.session().id();
    service.hold(id, task(1), BigInteger.valueOf(600));
    assertThat(service.close(id).join().state()).isEqualTo("settling");
    assertThat(funds.escrowedWei()).isEqualTo(BUDGET);
    assertThatThrownBy(() -> service.hold(id, task(2), BigInteger.ONE))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(TaskRejectedException.Reason.SESSION_NOT_ACTIVE));
    assertThat(service.count(id, task(1), usage(250))).isTrue();
    SessionView closed = service.byApiKey(opened.apiKey()).orElseThrow();
    assertThat(closed.state()).isEqualTo("closed");
    assertThat(closed.spentWei()).isEqualTo(250);
    assertThat(funds.escrowedWei()).isZero();
    assertThat(service.nodeState(FixedNodes.node(1, 1).id())).isEqualTo("ephemeral");
    assertThat(service.close(id).join().state()).isEqualTo("closed");
  }

  @Test
  void shouldExpireAndCancelWhatStillRuns() throws Exception {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    String unused = service.open(client.sign(request(1, BUDGET, HOUR))).join().session().id();
    String used = service.open(client.sign(request(1, BUDGET, HOUR))).join().session().id();
    service.hold(used, task(1), BigInteger.TEN);
    now.addAndGet(HOUR - 1);
    service.advance();
    assertThat(service.activeCount()).isEqualTo(2);
    now.addAndGet(1);
    service.advance();
    assertThat(service.byId(unused).orElseThrow().state()).isEqualTo("expired");
    assertThat(service.byId(used).orElseThrow().state()).isEqualTo("settling");
    assertThat(cancelled).isEmpty();
    now.addAndGet(60_000);
    service.advance();
    assertThat(cancelled).containsExactly(task(1));
    assertThat(service.byId(used).orElseThrow().state()).isEqualTo("closed");
    assertThat(funds.escrowedWei()).isZero();
  }

  @Test
  void shouldReplaceALostNodeAsSoonAsThereIsAnother() {
    nodes.join(FixedNodes.node(1, 4, "tiny")).join(FixedNodes.node(2, 4, "tiny"));
    String id = service.open(client.sign(request(1, BUDGET, HOUR))).join().session().id();
    assertThat(service.grant(id).orElseThrow().nodes()).hasSize(2);
    nodes.leave(FixedNodes.node(1, 1).id());
    assertThat(service.grant(id).orElseThrow().nodes()).containsExactly(FixedNodes.node(2, 1).id());
    nodes.join(FixedNodes.node(3, 1, "other"));
    assertThat(service.grant(id).orElseThrow().nodes()).hasSize(1);
    nodes.join(FixedNodes.node(4, 4, "tiny"));
    assertThat(service.grant(id).orElseThrow().nodes())
        .containsExactly(FixedNodes.node(2, 1).id(), FixedNodes.node(4, 1).id());
  }

  @Test
  void shouldGoOnAfterARestartWithWhatTheJournalHolds() throws Exception {
    nodes.join(FixedNodes.node(1, 4, "tiny")).join(FixedNodes.node(2, 4, "tiny"));
    OpenedSession opened = service.open(client.sign(request(1, BUDGET, HOUR))).join();
    String id = opened.session().id();
    OpenedSession other = service.open(client.sign(request(1, BUDGET, HOUR))).join();
    service.close(other.session().id()).join();
    journal.counted(id, BigInteger.valueOf(700), 5);

    FixedNodes freshNodes = new FixedNodes();
    SessionService again = start(freshNodes, funds);
    SessionView view = again.byApiKey(opened.apiKey()).orElseThrow();
    assertThat(view.state()).isEqualTo("active");
    assertThat(view.spentWei()).isEqualTo(700);
    assertThat(view.tasksDone()).isEqualTo(5);
    assertThat(view.nodes()).isEqualTo(opened.session().nodes());
    assertThat(again.byId(other.session().id()).orElseThrow().state()).isEqualTo("closed");
    assertThat(funds.escrowedWei()).isEqualTo(BUDGET);
    assertLimit(again, id, task(1), 301);
    again.hold(id, task(1), BigInteger.valueOf(300));

    // Its nodes come back and their slots are taken again, one by one.
    freshNodes.join(FixedNodes.node(1, 1, "tiny"));
    assertThat(again.nodeState(FixedNodes.node(1, 1).id())).isEqualTo("reserved");
    now.addAndGet(30_000);
    again.advance();
    assertThat(again.grant(id).orElseThrow().nodes()).containsExactly(FixedNodes.node(1, 1).id());
    freshNodes.join(FixedNodes.node(7, 4, "tiny"));
    assertThat(again.grant(id).orElseThrow().nodes()).hasSize(2);
  }

  @Test
  void shouldEndASessionWhoseOpeningTheChainLost() throws Exception {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    OpenedSession opened = service.open(client.sign(request(1, BUDGET, HOUR))).join();
    String id = opened.session().id();
    journal.counted(id, BigInteger.valueOf(700), 5);
    funds.lose(SessionId.parse(id));
    service = start(nodes, funds);
    now.addAndGet(HOUR);
    service.advance();
    now.addAndGet(HOUR);
    service.advance();
    // The chain may have it again: nothing is given up before no opening can succeed any more.
    assertThat(service.byId(id).orElseThrow().state()).isEqualTo("settling");
    now.addAndGet(HOUR);
    service.advance();
    assertThat(service.byId(id).orElseThrow().state()).isEqualTo("failed");
  }

  @Test
  void shouldJournalNothingForSparesThatItNeverHad() {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    String id = service.open(client.sign(request(1, BUDGET, HOUR))).join().session().id();
    int events = journal.events(id);
    for (int second = 0; second < 60; second++) {
      now.addAndGet(1_000);
      nodes.join(FixedNodes.node(2, 4, "tiny"));
      service.advance();
      nodes.leave(FixedNodes.node(2, 1).id());
    }
    assertThat(journal.events(id)).isEqualTo(events);
  }

  @Test
  void shouldRefuseAReplayAfterARestart() {
    nodes.join(FixedNodes.node(1, 4, "tiny"));
    SignedSessionRequest signed = client.sign(request(1, BUDGET, HOUR));
    service.open(signed).join();
    service = start(nodes, funds);
    assertRefused(signed, Reason.NONCE_USED);
  }

  @Test
  void shouldListModelsOfAllNodes() {
    nodes.join(FixedNodes.node(1, 1, "tiny")).join(FixedNodes.node(2, 1, "tiny", "big"));
    assertThat(service.models())
        .extracting(ModelView::id, ModelView::nodes)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("big", 1),
            org.assertj.core.groups.Tuple.tuple("tiny", 2));
    nodes.leave(FixedNodes.node(2, 1).id());
    assertThat(service.models()).extracting(ModelView::id).containsExactly("tiny");
  }

  private SessionRequest request(int redundancy, BigInteger budget, long inMillis) {
    return client.request("tiny", redundancy, budget, now.get() + inMillis);
  }

  private void assertRefused(SignedSessionRequest signed, Reason reason) {
    assertThatThrownBy(() -> service.open(signed).join())
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            SessionRefusedException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private void assertLimit(String session, String task, long wei) {
    assertLimit(service, session, task, wei);
  }

  private static void assertLimit(SessionService service, String session, String task, long wei) {
    assertThatThrownBy(() -> service.hold(session, task, BigInteger.valueOf(wei)))
        .isInstanceOfSatisfying(
            TaskRejectedException.class,
            e -> assertThat(e.reason()).isEqualTo(TaskRejectedException.Reason.LIMIT_REACHED));
  }

  private static String task(int number) {
    return String.format(Locale.ROOT, "%064x", number);
  }

  private static TaskUsage usage(long wei) {
    return new TaskUsage(BigInteger.valueOf(wei), 1, 1);
  }
}
