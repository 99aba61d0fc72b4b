package io.myelin.gateway.poi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.gateway.task.AgreementView;
import io.myelin.gateway.task.Submission.Kind;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.testing.NodeScript;
import io.myelin.gateway.testing.RecordingListener;
import io.myelin.gateway.testing.TestGateway;
import io.myelin.gateway.testing.TestNode;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.poi.Agreement;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptEvidence;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptVerifier;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.sampling.TokenChooser;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.GeneratedChunk;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Redundant tasks through hub, pipeline and journal, with nodes of which one may lie. */
class AgreementDeskTest {
  private static final NodeScript WORDS = NodeScript.words(20);
  private static final String EXACT = "llama.cpp-v1/cpu-zen4/bf16/" + TokenChooser.NAME;
  private static final int WEI_OF_ONE = 7 + 20 * 10;

  @TempDir Path folder;
  private TestGateway gateway;
  private final List<Heard> heard = new ArrayList<>();

  private record Heard(String task, List<Address> nodes, Agreement agreement) {}

  @BeforeEach
  void start() {
    gateway = new TestGateway(folder);
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private AgreementDesk desk(Optional<Dispersion.Embedder> embedder) {
    return new AgreementDesk(
        gateway.journal(),
        gateway.identity().domain(),
        embedder,
        gateway.loops(),
        (task, nodes, agreement) -> heard.add(new Heard(task, nodes, agreement)));
  }

  private List<TestNode> nodes(String equivalenceClass) {
    return gateway.nodes(3, WORDS, 3, node -> node.equivalenceClass(equivalenceClass));
  }

  private record Done(String task, Receipt receipt, String text) {}

  private Done ask(List<TestNode> nodes, VerificationLevel level) throws Exception {
    gateway.session(TestGateway.SESSION, 3, nodes, level);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    assertThat(client.failure()).isNull();
    byte[] json = gateway.pipeline().receipt(ticket.taskId()).orElseThrow();
    SignedReceipt signed = SignedReceipt.parse(new String(json, StandardCharsets.UTF_8));
    // Whatever the nodes say of each other, the receipt holds and everybody is paid.
    assertThat(ReceiptVerifier.verify(signed, ReceiptEvidence.none()).holds()).isTrue();
    return new Done(ticket.taskId(), signed.receipt(), client.text());
  }

  private AgreementView compared(Done done, Optional<Dispersion.Embedder> embedder) {
    desk(embedder).compare(done.task());
    gateway.settle();
    return gateway.journal().comparisons().ofTask(done.task()).orElseThrow();
  }

  private static NodeScript shouted() {
    return new NodeScript(
        WORDS.chunks().stream()
            .map(
                chunk ->
                    chunk.toBuilder()
                        .setText(
                            ByteString.copyFromUtf8(
                                chunk.getText().toStringUtf8().toUpperCase(Locale.ROOT)))
                        .build())
            .toList(),
        7);
  }

  @Test
  void shouldPayEachNodeOfATaskAndCountTheirSum() throws Exception {
    Done done = ask(nodes(EXACT), VerificationLevel.REDUNDANT);

    assertThat(done.text()).isEqualTo(WORDS.text());
    assertThat(done.receipt().verdict().level()).isEqualTo("redundant");
    assertThat(done.receipt().nodes())
        .hasSize(3)
        .allSatisfy(node -> assertThat(node.priceWei()).isEqualTo(WEI_OF_ONE));
    assertThat(done.receipt().price().totalWei()).isEqualTo(3 * WEI_OF_ONE);
    assertThat(gateway.ledger().counted(done.task()).orElseThrow().priceWei())
        .isEqualTo(3 * WEI_OF_ONE);
    assertThat(gateway.journal().sessions().totals(TestGateway.SESSION).spentWei())
        .isEqualTo(3 * WEI_OF_ONE);
    assertThat(
            gateway.journal().earnings().ofSession(TestGateway.SESSION).stream()
                .map(total -> total.earnedWei())
                .reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(3 * WEI_OF_ONE);
    AgreementView same = compared(done, Optional.empty());
    assertThat(same.outcome()).isEqualTo("identical");
    assertThat(same.alarm()).isFalse();
    assertThat(same.distance()).isNull();
    assertThat(same.nodes()).hasSize(3).allMatch(node -> node.apart() == null);
  }

  /** Whether it streams to the client or is a witness. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void shouldNameWhoEditsItsText(int liar) throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    nodes.get(liar).script(shouted());
    Done done = ask(nodes, VerificationLevel.REDUNDANT);

    AgreementView found = compared(done, Optional.empty());
    Address named = nodes.get(liar).address();
    assertThat(found.outcome()).isEqualTo("outliers");
    assertThat(found.alarm()).isTrue();
    assertThat(found.nodes())
        .filteredOn(node -> node.apart() != null)
        .containsExactly(new AgreementView.Compared(named, "output"));
    assertThat(heard)
        .singleElement()
        .satisfies(one -> assertThat(one.agreement().suspects(one.nodes())).containsExactly(named));
    assertThat(done.receipt().nodes())
        .extracting(ReceiptNode::priceWei)
        .containsOnly(BigInteger.valueOf(WEI_OF_ONE));
  }

  @Test
  void shouldNameWhoMakesUpItsNumbers() throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    nodes.get(2).makingUp(300);
    AgreementView found = compared(ask(nodes, VerificationLevel.REDUNDANT), Optional.empty());
    assertThat(found.nodes())
        .filteredOn(node -> node.apart() != null)
        .containsExactly(new AgreementView.Compared(nodes.get(2).address(), "numbers"));
  }

  @Test
  void shouldNameByMeaningWhereNoClassIsExact() throws Exception {
    List<TestNode> nodes = nodes("upstream");
    nodes.get(1).script(shouted());
    Done done = ask(nodes, VerificationLevel.REDUNDANT);
    assertThat(compared(done, Optional.empty()).outcome()).isEqualTo("unmeasured");
    AgreementView far =
        compared(
            done,
            Optional.of(
                texts ->
                    texts.stream()
                        .map(text -> new float[] {text.contains("W") ? 1 : 0, 1, 0})
                        .map(v -> v[0] > 0 ? new float[] {1, 0, 0} : v)
                        .toList()));
    assertThat(far.distance()).isEqualTo(1.0);
    assertThat(far.nodes())
        .filteredOn(node -> node.apart() != null)
        .containsExactly(new AgreementView.Compared(nodes.get(1).address(), "meaning"));
    // An engine that fails takes no comparison of classes away.
    AgreementView broken =
        compared(
            done,
            Optional.of(
                _ -> {
                  throw new IllegalStateException("scripted");
                }));
    assertThat(broken.outcome()).isEqualTo("unmeasured");
  }

  @Test
  void shouldNameNobodyForTheNumbersOfAnotherProcessor() throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    nodes.get(2).kill();
    gateway.settle();
    nodes.get(2).equivalenceClass(EXACT.replace("zen4", "haswell")).makingUp(30);
    nodes.get(2).connect(gateway::dial);
    gateway.settle();
    AgreementView found = compared(ask(nodes, VerificationLevel.REDUNDANT), Optional.empty());
    assertThat(found.outcome()).isEqualTo("identical");
    assertThat(found.nodes()).hasSize(3).allMatch(node -> node.apart() == null);
  }

  @Test
  void shouldCompareNothingAtOtherLevels() throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    nodes.get(1).script(shouted());
    Done done = ask(nodes, VerificationLevel.SAMPLED);
    desk(Optional.empty()).compare(done.task());
    gateway.settle();
    assertThat(gateway.journal().comparisons().ofTask(done.task())).isEmpty();
    assertThat(heard).isEmpty();
  }

  @Test
  void shouldSayWhereTheWitnessesWereLost() throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    gateway.session(TestGateway.SESSION, 3, nodes, VerificationLevel.REDUNDANT);
    nodes.get(1).stopAt(TestNode.Stop.BEFORE_PRECOMMIT);
    nodes.get(2).stopAt(TestNode.Stop.BEFORE_PRECOMMIT);
    RecordingListener client = new RecordingListener();
    TaskTicket ticket = gateway.submit(Kind.LIVE, client);
    ticket.request(Long.MAX_VALUE);
    gateway.settle();
    gateway.pass(11_000);
    assertThat(client.failure()).isNull();
    desk(Optional.empty()).compare(ticket.taskId());
    gateway.settle();
    assertThat(gateway.journal().comparisons().ofTask(ticket.taskId()).orElseThrow().outcome())
        .isEqualTo("alone");
  }

  @Test
  void shouldStreamWithoutWaitingForWitnesses() throws Exception {
    List<TestNode> nodes = nodes(EXACT);
    gateway.session(TestGateway.SESSION, 3, nodes, VerificationLevel.REDUNDANT);
    nodes.get(1).stopAt(TestNode.Stop.BEFORE_PRECOMMIT);
    RecordingListener client = new RecordingListener();
    gateway.submit(Kind.LIVE, client).request(Long.MAX_VALUE);
    gateway.settle();
    assertThat(client.chunks()).extracting(GeneratedChunk::getText).hasSize(20);
    assertThat(client.outcome()).isNull();
  }
}
