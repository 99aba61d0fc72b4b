package io.myelin.protocol.receipt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.receipt.Check.Outcome;
import io.myelin.protocol.receipt.ReceiptNode.Role;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.FinishReason;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ReceiptVerifierTest {
  private static final OperatorKey GATEWAY = TestingReceipts.key("gateway");
  private static final Receipt RECEIPT = TestingReceipts.receipt();
  private static final Segment FIRST = RECEIPT.segments().getFirst();
  private static final Segment SECOND = RECEIPT.segments().getLast();

  private static List<Check> failures(Receipt receipt) {
    return failures(SignedReceipt.sign(GATEWAY, receipt), TestingReceipts.evidence());
  }

  private static List<Check> failures(SignedReceipt signed, ReceiptEvidence evidence) {
    return ReceiptVerifier.verify(signed, evidence).checks().stream()
        .filter(check -> check.outcome() == Outcome.FAILED)
        .toList();
  }

  private static Receipt withOutput(ReceiptOutput output) {
    return new Receipt(
        RECEIPT.domain(),
        RECEIPT.gateway(),
        RECEIPT.sessionId(),
        RECEIPT.taskId(),
        RECEIPT.work(),
        output,
        RECEIPT.price(),
        RECEIPT.nodes(),
        RECEIPT.segments(),
        RECEIPT.verdict(),
        RECEIPT.finishedMillis());
  }

  private static Receipt withPrice(String totalWei) {
    return new Receipt(
        RECEIPT.domain(),
        RECEIPT.gateway(),
        RECEIPT.sessionId(),
        RECEIPT.taskId(),
        RECEIPT.work(),
        RECEIPT.output(),
        new ReceiptPrice(
            RECEIPT.price().inputWei(), RECEIPT.price().outputWei(), new BigInteger(totalWei)),
        RECEIPT.nodes(),
        RECEIPT.segments(),
        RECEIPT.verdict(),
        RECEIPT.finishedMillis());
  }

  private static Receipt withNodes(ReceiptNode... nodes) {
    return TestingReceipts.receiptWith(List.of(nodes), RECEIPT.segments());
  }

  private static Receipt withSegments(Segment... segments) {
    return TestingReceipts.receiptWith(RECEIPT.nodes(), List.of(segments));
  }

  @Test
  void everyCheckOfAnHonestReceiptHolds() {
    Verification verification =
        ReceiptVerifier.verifyJson(TestingReceipts.signed().json(), TestingReceipts.evidence());

    assertThat(verification.checks())
        .allMatch(check -> check.outcome() == Outcome.HELD)
        .hasSize(14);
    assertThat(verification.holds()).isTrue();
  }

  @Test
  void saysWhatItCouldNotCheck() {
    Verification verification =
        ReceiptVerifier.verify(TestingReceipts.signed(), ReceiptEvidence.none());

    assertThat(verification.holds()).isTrue();
    assertThat(verification.checks())
        .filteredOn(check -> check.outcome() == Outcome.NOT_CHECKED)
        .extracting(Check::name)
        .containsExactly("gateway", "spec_digest", "output_digest", "hash_chain");
  }

  @Test
  void anotherGatewayIsNotTheExpectedOne() {
    ReceiptEvidence expectsOther =
        ReceiptEvidence.none().withGateway(TestingReceipts.key("node-1").address());
    assertThat(failures(TestingReceipts.signed(), expectsOther))
        .extracting(Check::name)
        .containsExactly("gateway");

    SignedReceipt forged =
        new SignedReceipt(
            RECEIPT,
            TestingReceipts.key("node-1").sign(RECEIPT.domain().digest(RECEIPT.attestation())));
    assertThat(failures(forged, ReceiptEvidence.none()))
        .containsExactly(
            Check.failed(
                "gateway_signature",
                "signed by "
                    + TestingReceipts.key("node-1").address()
                    + " (expected: "
                    + GATEWAY.address()
                    + ")"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SignedReceipt.sign(TestingReceipts.key("node-1"), RECEIPT));
  }

  @Test
  void aNodesStatementMustBeItsOwn() {
    TaskCommit statement = TestingReceipts.statement("node-2", 2);
    Commitment forged =
        new Commitment(
            statement,
            Salt.of(new byte[32]),
            TestingReceipts.key("node-3").sign(TestingReceipts.DOMAIN.digest(statement)));
    ReceiptNode node =
        new ReceiptNode(
            Role.PRIMARY, forged.precommit(), forged, RECEIPT.nodes().getFirst().priceWei());

    assertThat(failures(withNodes(node)))
        .extracting(Check::name)
        .containsExactly("node_signatures");
  }

  @Test
  void aRevealMustOpenThePrecommit() {
    ReceiptNode honest = RECEIPT.nodes().getFirst();
    ReceiptNode late =
        new ReceiptNode(Role.PRIMARY, Digest.ZERO, honest.commitment(), honest.priceWei());

    assertThat(failures(withNodes(late))).extracting(Check::name).containsExactly("precommits");
  }

  @Test
  void aNodeCountsOnce() {
    ReceiptNode primary = RECEIPT.nodes().getFirst();
    ReceiptNode again = TestingReceipts.node("node-2", 2, Role.REPLICA);

    assertThat(failures(withNodes(primary, again)))
        .extracting(Check::name)
        .containsExactly("distinct_nodes");
  }

  @Test
  void exactlyOneNodeIsPrimary() {
    assertThat(failures(withNodes(RECEIPT.nodes().getLast())))
        .extracting(Check::name)
        .containsExactly("primary_commit", "token_counts");
    assertThat(failures(withNodes())).extracting(Check::name).contains("node_signatures");
  }

  @Test
  void theGatewayCannotChangeWhatThePrimarySigned() {
    ReceiptOutput output = RECEIPT.output();
    Receipt otherText =
        withOutput(
            new ReceiptOutput(
                Digest.ZERO, output.streamHead(), 3, 4, FinishReason.FINISH_REASON_STOP));
    assertThat(failures(otherText))
        .extracting(Check::name)
        .containsExactly("primary_commit", "output_digest");

    Receipt otherStream =
        withOutput(
            new ReceiptOutput(
                output.outputDigest(), Digest.ZERO, 3, 4, FinishReason.FINISH_REASON_STOP));
    assertThat(failures(otherStream))
        .extracting(Check::name)
        .containsExactly("primary_commit", "hash_chain");

    Receipt otherEnd =
        withOutput(
            new ReceiptOutput(
                output.outputDigest(),
                output.streamHead(),
                3,
                4,
                FinishReason.FINISH_REASON_LENGTH));
    assertThat(failures(otherEnd)).extracting(Check::name).containsExactly("primary_commit");
  }

  @Test
  void countsAndPricesFollowTheSignatures() {
    ReceiptOutput output = RECEIPT.output();
    Receipt inflated =
        withOutput(
            new ReceiptOutput(
                output.outputDigest(), output.streamHead(), 4, 4, FinishReason.FINISH_REASON_STOP));
    assertThat(failures(inflated)).extracting(Check::name).containsExactly("token_counts");

    assertThat(failures(withPrice("30000000001")))
        .containsExactly(
            Check.failed("price", "30000000001 wei (expected: 30000000000, the nodes' sum)"));
  }

  @Test
  void aCancelledStreamMayEndBeforeWhatTheNodeSigned() {
    ReceiptNode primary = RECEIPT.nodes().getFirst();
    ReceiptNode node =
        new ReceiptNode(
            Role.PRIMARY,
            primary.precommit(),
            primary.commitment(),
            RECEIPT.price().ofTokens(3, 3));
    var delivered = TestingReceipts.CHUNKS.subList(0, 2);
    Receipt cut =
        new Receipt(
            RECEIPT.domain(),
            RECEIPT.gateway(),
            RECEIPT.sessionId(),
            RECEIPT.taskId(),
            RECEIPT.work(),
            new ReceiptOutput(
                Digest.ZERO,
                HashChain.over(RECEIPT.taskId(), delivered),
                3,
                3,
                FinishReason.FINISH_REASON_CANCELLED),
            new ReceiptPrice(
                RECEIPT.price().inputWei(), RECEIPT.price().outputWei(), node.priceWei()),
            List.of(node),
            List.of(FIRST),
            RECEIPT.verdict(),
            0);

    assertThat(
            failures(
                SignedReceipt.sign(GATEWAY, cut), ReceiptEvidence.none().withChunks(delivered)))
        .isEmpty();
  }

  @Test
  void segmentsCoverTheStreamOnce() {
    Segment gap = new Segment(SECOND.node(), 2, 3, 1, 1);
    Segment overlap = new Segment(SECOND.node(), 2, 1, 2, 1);
    Segment backwards = new Segment(SECOND.node(), 1, 2, 1, 1);
    Segment more = new Segment(SECOND.node(), 2, 2, 1, 2);
    Segment later = new Segment(SECOND.node(), 3, 2, 1, 1);
    Segment stranger = new Segment(FIRST.node(), 2, 2, 1, 1);
    for (Segment second : List.of(gap, overlap, backwards, more, later, stranger)) {
      assertThat(failures(withSegments(FIRST, second)))
          .as(second.toString())
          .extracting(Check::name)
          .containsExactly("segments");
    }
    assertThat(failures(withSegments(FIRST))).extracting(Check::name).containsExactly("segments");
  }

  @Test
  void holdsAgainstWhatTheClientHas() {
    ReceiptEvidence other =
        TestingReceipts.evidence()
            .withSpecDigest(Digest.ZERO)
            .withOutput(ByteString.copyFromUtf8("something else"))
            .withChunks(TestingReceipts.CHUNKS.subList(0, 2));

    assertThat(failures(TestingReceipts.signed(), other))
        .extracting(Check::name)
        .containsExactly("spec_digest", "output_digest", "hash_chain");
  }

  private static Receipt saying(List<ReceiptNode> nodes, String finding, boolean held) {
    return new Receipt(
        RECEIPT.domain(),
        RECEIPT.gateway(),
        RECEIPT.sessionId(),
        RECEIPT.taskId(),
        RECEIPT.work(),
        RECEIPT.output(),
        RECEIPT.price(),
        nodes,
        RECEIPT.segments(),
        new Verdict("commitments", List.of(new Verdict.Finding(finding, held))),
        0);
  }

  @Test
  void aFindingOfTheGatewayThatFailedFailsTheReceipt() {
    assertThat(failures(saying(RECEIPT.nodes(), "nodes_signed", false)))
        .containsExactly(Check.failed("verdict", "the gateway found that nodes_signed failed"));
    // It is not even true: both signed the same.
    assertThat(failures(saying(RECEIPT.nodes(), Verdict.REPLICAS_AGREE, false)))
        .containsExactly(Check.failed("verdict", "the gateway found that replicas_agree failed"));
  }

  @Test
  void thatReplicasDisagreeIsToldTrulyAndTakesNobodysPay() {
    ReceiptNode primary = RECEIPT.nodes().getFirst();
    List<ReceiptNode> apart = List.of(primary, TestingReceipts.saying("node-3", "another text"));

    assertThat(failures(saying(apart, Verdict.REPLICAS_AGREE, false))).isEmpty();
    assertThat(failures(saying(apart, Verdict.REPLICAS_AGREE, true)))
        .extracting(Check::name)
        .containsExactly("verdict");
  }

  @Test
  void aReceiptHoldsWithoutAReplicaThatLied() {
    ReceiptNode primary = RECEIPT.nodes().getFirst();
    ReceiptNode honest = RECEIPT.nodes().getLast();
    ReceiptNode liar = TestingReceipts.saying("node-4", "another text");
    Receipt three =
        new Receipt(
            RECEIPT.domain(),
            RECEIPT.gateway(),
            RECEIPT.sessionId(),
            RECEIPT.taskId(),
            RECEIPT.work(),
            RECEIPT.output(),
            new ReceiptPrice(
                RECEIPT.price().inputWei(),
                RECEIPT.price().outputWei(),
                primary.priceWei().multiply(BigInteger.valueOf(3))),
            List.of(primary, honest, liar),
            RECEIPT.segments(),
            new Verdict("redundant", List.of(new Verdict.Finding(Verdict.REPLICAS_AGREE, false))),
            0);
    assertThat(failures(three)).isEmpty();

    Receipt two = three.without(liar.address()).orElseThrow();
    assertThat(failures(two)).isEmpty();
    assertThat(two.nodes()).containsExactly(primary, honest);
    assertThat(two.price().totalWei()).isEqualTo(primary.priceWei().multiply(BigInteger.TWO));
    assertThat(two.verdict().accepted()).isTrue();
    Receipt one = two.without(honest.address()).orElseThrow();
    assertThat(failures(one)).isEmpty();
    assertThat(one.verdict().findings()).isEmpty();
    // Who is not there, or would leave nobody.
    assertThat(two.without(liar.address())).isEmpty();
    assertThat(one.without(primary.address())).isEmpty();

    Receipt others = three.without(primary.address()).orElseThrow();
    assertThat(failures(others)).isEmpty();
    assertThat(others.nodes()).hasSize(3);
    assertThat(others.paid()).containsExactly(honest, liar);
    assertThat(others.nodes().getFirst().priceWei()).isZero();
    assertThat(others.price().totalWei()).isEqualTo(primary.priceWei().multiply(BigInteger.TWO));
    assertThat(others.verdict().accepted()).isFalse();
    assertThat(others.without(primary.address())).isEmpty();
    Receipt last = others.without(liar.address()).orElseThrow();
    assertThat(failures(last)).isEmpty();
    assertThat(last.paid()).containsExactly(honest);
    assertThat(last.without(honest.address())).isEmpty();
  }

  @Test
  void aPrimaryIsUnpaidOnlyWhereItIsSaidAndOthersArePaid() {
    ReceiptNode primary = RECEIPT.nodes().getFirst();
    Receipt unpaid = RECEIPT.without(primary.address()).orElseThrow();
    assertThat(failures(unpaid)).isEmpty();

    // The price says so, the verdict does not; and the other way round.
    assertThat(failures(with(unpaid, unpaid.nodes(), RECEIPT.verdict())))
        .extracting(Check::name)
        .containsExactly("price");
    assertThat(failures(with(RECEIPT, RECEIPT.nodes(), unpaid.verdict())))
        .extracting(Check::name)
        .containsExactly("price");
    assertThat(failures(with(unpaid, List.of(unpaid.nodes().getFirst()), unpaid.verdict())))
        .extracting(Check::name)
        .contains("price");
  }

  private static Receipt with(Receipt receipt, List<ReceiptNode> nodes, Verdict verdict) {
    return new Receipt(
        receipt.domain(),
        receipt.gateway(),
        receipt.sessionId(),
        receipt.taskId(),
        receipt.work(),
        receipt.output(),
        receipt.price(),
        nodes,
        receipt.segments(),
        verdict,
        receipt.finishedMillis());
  }
}
