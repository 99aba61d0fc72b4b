package io.myelin.protocol.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What proves that a validator signed something wrong, and what does not. */
final class FaultEvidenceTest {
  private static final Address GATEWAY = address(1);
  private static final Address ONE = address(2);
  private static final Address TWO = address(3);
  private static final Address OWNER = address(4);
  private static final Address OTHER = address(5);
  private static final Address VALIDATOR = address(6);
  private static final SessionTail TAIL =
      new SessionTail(
          TestingTasks.named("subnet"),
          SessionTail.modelIdOf("tiny"),
          1,
          BigInteger.TEN,
          BigInteger.valueOf(30),
          1,
          1,
          TestingTasks.named("seed"),
          1);

  private static Address address(int seed) {
    return OperatorKey.generate(new Random(seed)).address();
  }

  private static SessionBrief brief(Address first, Address second) {
    return new SessionBrief(
        SessionId.of(TestingTasks.named("session").bytes()),
        new SessionHead(Address.ZERO, GATEWAY, GATEWAY, BigInteger.valueOf(1_000), 1, 0),
        List.of(new PaidSeat(ONE, first), new PaidSeat(TWO, second)),
        TAIL.digest());
  }

  private static FaultEvidence.Opening opening(SessionBrief brief, Address... nodes) {
    return new FaultEvidence.Opening(brief, TAIL, List.of(nodes));
  }

  @Test
  void shouldFindAnApprovalWrongInItself() {
    SessionBrief right = brief(OWNER, OTHER);
    assertThat(opening(right, ONE, TWO).wrong(VALIDATOR)).isEmpty();
    assertThat(opening(right, TWO, ONE).wrong(VALIDATOR)).isPresent();
    assertThat(opening(right, ONE).wrong(VALIDATOR)).isPresent();
    assertThat(opening(brief(OWNER, OWNER), ONE, TWO).wrong(VALIDATOR))
        .hasValueSatisfying(why -> assertThat(why).contains("two nodes of " + OWNER));
  }

  @Test
  void shouldNameWhatWasSignedForARequestOfAnyGateway() {
    SessionBrief brief = brief(OWNER, OTHER);
    Attestation named = opening(brief, ONE, TWO).attestation();
    Attestation any = new FaultEvidence.Opening(brief, TAIL, List.of(ONE, TWO), true).attestation();
    assertThat(named.subject()).isEqualTo(Subjects.openingSubject(brief.sessionId()));
    assertThat(any.subject())
        .isEqualTo(Subjects.openingSubject(brief.sessionId(), Address.ZERO, GATEWAY))
        .isNotEqualTo(named.subject());
    assertThat(any.content()).isEqualTo(named.content());
  }

  @Test
  void shouldFindAnExecutorOnItsOwnJuryGuiltyAndNobodyElse() {
    SessionBrief brief = brief(OWNER, OTHER);
    assertThat(opening(brief, ONE, TWO).wrong(OWNER))
        .hasValueSatisfying(why -> assertThat(why).contains("owns node " + ONE));
    assertThat(opening(brief, ONE, TWO).wrong(GATEWAY))
        .hasValueSatisfying(why -> assertThat(why).contains("owns the gateway"));
    assertThat(opening(brief, ONE, TWO).wrong(ONE)).as("a node's key owns nothing").isEmpty();
  }

  @Test
  void shouldHoldPricesToTheList() {
    FaultEvidence.Opening opening = opening(brief(OWNER, OTHER), ONE, TWO);
    assertThat(opening.wrongPrice(BigInteger.TEN, BigInteger.valueOf(30))).isEmpty();
    assertThat(opening.wrongPrice(BigInteger.TWO, BigInteger.valueOf(30))).isPresent();
    assertThat(opening.wrongPrice(BigInteger.TEN, BigInteger.valueOf(29))).isPresent();
  }

  @Test
  void shouldNotTakeAnotherTail() {
    SessionTail other =
        new SessionTail(
            TAIL.subnetId(),
            TAIL.modelId(),
            2,
            BigInteger.ONE,
            BigInteger.ONE,
            1,
            1,
            TAIL.seed(),
            1);
    assertThatThrownBy(
            () -> new FaultEvidence.Opening(brief(OWNER, OTHER), other, List.of(ONE, TWO)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the terms'");
  }

  private static ReceiptAttestation leaf(String session, int task, long priceWei) {
    return new ReceiptAttestation(
        TestingTasks.named("receipt " + task),
        SessionId.of(TestingTasks.named(session).bytes()),
        TaskId.of(TestingTasks.named("task " + task).bytes()),
        1,
        2,
        BigInteger.valueOf(priceWei));
  }

  private static FaultEvidence.Batch batch(
      long tasks, long earnedWei, List<ReceiptAttestation> leaves) {
    Digest root =
        MerkleTree.of(leaves.stream().map(ReceiptAttestation::hashStruct).toList()).root();
    return batch(root, tasks, earnedWei, leaves);
  }

  private static FaultEvidence.Batch batch(
      Digest root, long tasks, long earnedWei, List<ReceiptAttestation> leaves) {
    SettlementClaim claim =
        new SettlementClaim(
            brief(OWNER, OTHER),
            TAIL,
            root,
            tasks,
            List.of(BigInteger.valueOf(earnedWei), BigInteger.ZERO));
    return new FaultEvidence.Batch(GATEWAY, 7, List.of(claim), 0, leaves);
  }

  @Test
  void shouldHoldAClaimToItsOwnReceipts() {
    List<ReceiptAttestation> leaves = List.of(leaf("session", 1, 70), leaf("session", 2, 30));
    assertThat(batch(2, 100, leaves).wrong(VALIDATOR)).isEmpty();
    assertThat(batch(2, 101, leaves).wrong(VALIDATOR)).isPresent();
    assertThat(batch(2, 99, leaves).wrong(VALIDATOR)).isPresent();
    assertThat(batch(3, 100, leaves).wrong(VALIDATOR)).isPresent();
    assertThat(batch(2, 100, leaves).wrong(OTHER)).as("its own node's pay").isPresent();
    List<ReceiptAttestation> foreign = List.of(leaf("session", 1, 70), leaf("another", 2, 30));
    assertThat(batch(2, 100, foreign).wrong(VALIDATOR)).isPresent();
    List<ReceiptAttestation> twice = List.of(leaf("session", 1, 70), leaf("session", 1, 30));
    assertThat(batch(2, 100, twice).wrong(VALIDATOR)).isPresent();
  }

  @Test
  void shouldNotTakeAnEmptyProofForOne() {
    Digest root = MerkleTree.of(List.of(leaf("session", 1, 70).hashStruct())).root();
    assertThatThrownBy(() -> batch(root, 1, 70, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("leaves");
    assertThat(batch(MerkleTree.EMPTY_ROOT, 0, 0, List.of()).wrong(VALIDATOR)).isEmpty();
  }
}
