package io.myelin.protocol.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.SessionAccount.Addition;
import io.myelin.protocol.settlement.SessionAccount.Reason;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SessionAccountTest {
  private static final Eip712Domain DOMAIN =
      new Eip712Domain(31337, Address.parse("0x00000000000000000000000000000000000000d1"));
  private static final String MODEL = "tiny";
  private static final OperatorKey GATEWAY = key(1);
  private static final Map<Address, OperatorKey> KEYS =
      Stream.of(key(2), key(3), key(4))
          .collect(Collectors.toMap(OperatorKey::address, Function.identity()));
  private static final List<Address> NODES = List.of(key(2).address(), key(3).address());
  private static final SessionTail TAIL =
      new SessionTail(
          TestingTasks.named("subnet"),
          SessionTail.modelIdOf(MODEL),
          1,
          BigInteger.TEN,
          BigInteger.valueOf(30),
          2,
          1,
          TestingTasks.named("seed"),
          1);

  private static OperatorKey key(int seed) {
    return OperatorKey.generate(new Random(seed));
  }

  private static SessionBrief brief(long budgetWei, long maxTasks) {
    return new SessionBrief(
        SessionId.of(TestingTasks.named("session").bytes()),
        new SessionHead(
            Address.ZERO,
            GATEWAY.address(),
            Address.ZERO,
            BigInteger.valueOf(budgetWei),
            1,
            maxTasks),
        NODES.stream().map(node -> new PaidSeat(node, node)).toList(),
        TAIL.digest());
  }

  private static TestingTasks tasks(SessionBrief brief) {
    return new TestingTasks(DOMAIN, GATEWAY, brief, TAIL, MODEL, KEYS);
  }

  private static void assertRefused(SessionAccount account, SignedReceipt receipt, Reason reason) {
    SessionAccount.Total before = account.total();
    assertThat(account.add(receipt))
        .isInstanceOfSatisfying(
            Addition.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
    assertThat(account.total()).isEqualTo(before);
  }

  @Test
  void addsUpGenerationsAndEmbeddingsPerSeat() {
    SessionBrief brief = brief(1_000_000, 0);
    SessionAccount account = new SessionAccount(DOMAIN, brief, TAIL);
    TestingTasks tasks = tasks(brief);
    assertThat(account.total().receiptsRoot()).isEqualTo(MerkleTree.EMPTY_ROOT);
    assertThat(account.total().tasks()).isZero();

    assertThat(account.add(tasks.generation(0, 3, 4)))
        .isEqualTo(new Addition.Added(BigInteger.valueOf(300)));
    assertThat(account.add(tasks.embedding(1, 7)))
        .isEqualTo(new Addition.Added(BigInteger.valueOf(140)));
    assertThat(account.add(tasks.generation(2, 1, 0, NODES.subList(1, 2))))
        .isEqualTo(new Addition.Added(BigInteger.TEN));

    SessionAccount.Total total = account.total();
    assertThat(total.tasks()).isEqualTo(3);
    assertThat(total.earnedWei()).containsExactly(BigInteger.valueOf(220), BigInteger.valueOf(230));
    assertThat(total.spentWei()).isEqualTo(BigInteger.valueOf(450));
    Digest leaf = tasks.embedding(1, 7).receipt().attestation().hashStruct();
    assertThat(account.leaf(tasks.taskId(1))).contains(leaf);
    List<Digest> proof = account.proof(tasks.taskId(1)).orElseThrow();
    assertThat(MerkleTree.verify(total.receiptsRoot(), leaf, proof)).isTrue();
    assertThat(account.proof(tasks.taskId(9))).isEmpty();
  }

  @Test
  void refusesWhatTheTermsDoNotCover() {
    SessionBrief brief = brief(1_000, 2);
    SessionAccount account = new SessionAccount(DOMAIN, brief, TAIL);
    TestingTasks tasks = tasks(brief);
    assertThat(account.add(tasks.generation(0, 3, 4))).isInstanceOf(Addition.Added.class);

    assertRefused(account, tasks.generation(0, 3, 4), Reason.TASK_TWICE);
    assertRefused(
        account,
        new TestingTasks(Eip712Domain.local(), GATEWAY, brief, TAIL, MODEL, KEYS)
            .generation(1, 3, 4),
        Reason.WRONG_DOMAIN);
    SessionBrief other =
        new SessionBrief(
            SessionId.of(TestingTasks.named("other").bytes()),
            brief.head(),
            brief.seats(),
            brief.tailDigest());
    assertRefused(account, tasks(other).generation(1, 3, 4), Reason.WRONG_SESSION);
    assertRefused(
        account,
        new TestingTasks(DOMAIN, key(9), brief, TAIL, MODEL, KEYS).generation(1, 3, 4),
        Reason.WRONG_GATEWAY);
    assertRefused(
        account,
        new TestingTasks(DOMAIN, GATEWAY, brief, TAIL, "huge", KEYS).generation(1, 3, 4),
        Reason.WRONG_MODEL);
    assertRefused(
        account,
        tasks.priced(tasks.generation(1, 3, 4), BigInteger.TEN, BigInteger.valueOf(31)),
        Reason.WRONG_PRICE);
    assertRefused(
        account,
        tasks.generation(1, 3, 4, List.of(NODES.getFirst(), key(4).address())),
        Reason.NOT_A_SEAT);
    assertRefused(
        account,
        tasks.generation(1, 3, 4, List.of(NODES.getFirst(), NODES.getLast(), key(4).address())),
        Reason.TOO_MANY_NODES);
    assertRefused(account, tasks.generation(1, 30, 40), Reason.OVER_BUDGET);

    assertThat(account.add(tasks.generation(1, 3, 4))).isInstanceOf(Addition.Added.class);
    assertRefused(account, tasks.generation(2, 3, 4), Reason.TOO_MANY_TASKS);
  }

  @Test
  void refusesAReceiptThatDoesNotHold() {
    SessionBrief brief = brief(1_000_000, 0);
    SessionAccount account = new SessionAccount(DOMAIN, brief, TAIL);
    TestingTasks tasks = tasks(brief);
    SignedReceipt one = tasks.generation(0, 3, 4);
    SignedReceipt another = tasks.generation(1, 3, 4);

    assertRefused(
        account, new SignedReceipt(one.receipt(), another.signature()), Reason.CHECK_FAILED);
    assertThat(account.total().tasks()).isZero();
  }

  @Test
  void refusesATailThatIsNotTheBriefs() {
    SessionBrief brief = brief(1, 0);
    SessionBrief other =
        new SessionBrief(brief.sessionId(), brief.head(), brief.seats(), Digest.ZERO);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SessionAccount(DOMAIN, other, TAIL))
        .withMessageContaining("the brief's");
  }

  @Test
  void holdsThousands() {
    SessionBrief brief = brief(1_000_000_000, 0);
    SessionAccount account = new SessionAccount(DOMAIN, brief, TAIL);
    TestingTasks tasks = tasks(brief);
    int many = 2_000;
    IntStream.range(0, many)
        .forEach(
            i ->
                assertThat(account.add(tasks.generation(i, 1, 1, NODES.subList(0, 1))))
                    .isInstanceOf(Addition.Added.class));
    assertThat(account.total().tasks()).isEqualTo(many);
    assertThat(account.total().earnedWei().getFirst()).isEqualTo(BigInteger.valueOf(40L * many));
  }
}
