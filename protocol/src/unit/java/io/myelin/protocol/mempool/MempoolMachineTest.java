package io.myelin.protocol.mempool;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.PoolEffect.Cause;
import io.myelin.protocol.mempool.PoolEffect.Refusal;
import java.math.BigInteger;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** One rule of the pool a test, and whose turn it is. */
final class MempoolMachineTest {
  private static final long NOW = 1_000_000;
  private static final PoolLimits LIMITS = new PoolLimits(2, 1_000, 2, 4, 8, 60_000, 10);
  private static final BigInteger MUCH = BigInteger.valueOf(1_000_000);

  private PoolState state = PoolState.of(LIMITS);

  private static Address address(int number) {
    byte[] bytes = new byte[Address.LENGTH];
    bytes[0] = (byte) number;
    return Address.of(bytes);
  }

  private static SessionId id(int number) {
    return SessionId.of(Keccak256.hash(new byte[] {(byte) number}).bytes());
  }

  private static PoolEntry entry(int id, int sender, long nonce, long budgetWei) {
    return new PoolEntry(
        id(id),
        address(sender),
        nonce,
        Digest.ZERO,
        BigInteger.valueOf(budgetWei),
        100,
        NOW + 30_000);
  }

  private List<PoolEffect> apply(PoolEvent event) {
    PoolStep step = MempoolMachine.apply(state, event, NOW);
    state = step.state();
    return step.effects();
  }

  private List<PoolEffect> offer(PoolEntry entry) {
    return apply(new PoolEvent.Offered(entry, MUCH));
  }

  private static PoolEffect refused(PoolEntry entry, Refusal why) {
    return new PoolEffect.Refused(entry.id(), why);
  }

  @Test
  void aSenderWithoutFundsGetsNothingInAndIsNotRemembered() {
    PoolEntry poor = entry(1, 1, 0, 100);
    assertThat(apply(new PoolEvent.Offered(poor, BigInteger.valueOf(99))))
        .containsExactly(refused(poor, Refusal.NO_FUNDS));
    assertThat(state.marks()).isEmpty();
    apply(new PoolEvent.Cancelled(poor.place(), NOW + 1_000, BigInteger.ZERO));
    assertThat(state.marks()).isEmpty();
  }

  @Test
  void whatASenderCannotCoverAnyMoreLeavesTheLastPlacesFirst() {
    offer(entry(1, 1, 0, 100));
    offer(entry(2, 1, 1, 100));
    assertThat(apply(new PoolEvent.FundsSeen(address(1), BigInteger.valueOf(150))))
        .containsExactly(new PoolEffect.Removed(entry(2, 1, 1, 100), Cause.NO_FUNDS));
    assertThat(offer(entry(2, 1, 1, 100)))
        .containsExactly(new PoolEffect.Added(entry(2, 1, 1, 100)));
  }

  @Test
  void aPlaceIsTakenOverForATenthMoreAndWhatWasThereDoesNotComeBack() {
    PoolEntry first = entry(1, 1, 0, 100);
    PoolEntry tooLittle = entry(2, 1, 0, 109);
    PoolEntry enough = entry(3, 1, 0, 110);
    offer(first);
    assertThat(offer(tooLittle)).containsExactly(refused(tooLittle, Refusal.UNDERPRICED));
    assertThat(offer(enough))
        .containsExactly(
            new PoolEffect.Added(enough), new PoolEffect.Removed(first, Cause.REPLACED));
    assertThat(apply(new PoolEvent.Opened(enough)))
        .containsExactly(new PoolEffect.Removed(enough, Cause.OPENED));
    assertThat(offer(first)).containsExactly(refused(first, Refusal.GONE));
    assertThat(offer(entry(4, 1, 0, 900)))
        .containsExactly(refused(entry(4, 1, 0, 900), Refusal.GONE));
  }

  @Test
  void whoPaysLeastForTheRoomGivesWayWhenItIsFull() {
    offer(entry(1, 1, 0, 100));
    offer(entry(2, 2, 0, 200));
    assertThat(offer(entry(3, 3, 0, 50)))
        .containsExactly(refused(entry(3, 3, 0, 50), Refusal.FULL));
    assertThat(offer(entry(4, 4, 0, 300)))
        .containsExactly(
            new PoolEffect.Added(entry(4, 4, 0, 300)),
            new PoolEffect.Removed(entry(1, 1, 0, 100), Cause.FULL));
  }

  @Test
  void whatIsValidForTooLongOrNoMoreIsRefused() {
    PoolEntry one = entry(1, 1, 0, 100);
    PoolEntry old =
        new PoolEntry(one.id(), one.sender(), 0, Digest.ZERO, one.budgetWei(), 100, NOW);
    PoolEntry far =
        new PoolEntry(one.id(), one.sender(), 0, Digest.ZERO, one.budgetWei(), 100, NOW + 60_001);
    assertThat(offer(old)).containsExactly(refused(old, Refusal.EXPIRED));
    assertThat(offer(far)).containsExactly(refused(far, Refusal.TOO_LONG));
    offer(one);
    assertThat(offer(one)).containsExactly(refused(one, Refusal.KNOWN));
    PoolStep later = MempoolMachine.apply(state, new PoolEvent.TimePassed(), NOW + 30_000);
    assertThat(later.effects()).containsExactly(new PoolEffect.Removed(one, Cause.EXPIRED));
    assertThat(later.state()).isEqualTo(PoolState.of(LIMITS));
  }

  @Test
  void aSenderHasSoManyPlacesAndNoMore() {
    for (int nonce = 0; nonce < 4; nonce++) {
      apply(new PoolEvent.Opened(entry(nonce, 1, nonce, 1)));
    }
    PoolEntry more = entry(9, 1, 9, 1);
    assertThat(offer(more)).containsExactly(refused(more, Refusal.TOO_MANY));
  }

  @Test
  void theEntryGatewayComesFirstThenTheOthersOneStepAfterAnother() {
    List<Address> gateways = List.of(address(1), address(2), address(3), address(2));
    TakeUp takeUp = new TakeUp(id(1), address(2), gateways, 5_000);
    assertThat(takeUp.order())
        .containsExactlyInAnyOrder(address(1), address(2), address(3))
        .startsWith(address(2));
    Address second = takeUp.order().get(1);
    assertThat(takeUp.turnMillis(address(2), NOW)).isEqualTo(OptionalLong.of(NOW));
    assertThat(takeUp.turnMillis(second, NOW)).isEqualTo(OptionalLong.of(NOW + 5_000));
    assertThat(takeUp.rank(address(4))).isEqualTo(OptionalInt.empty());
    // The same for everybody, in whatever order they know the others; another for another session.
    assertThat(new TakeUp(id(1), address(2), List.copyOf(gateways).reversed(), 5_000).order())
        .isEqualTo(takeUp.order());
  }
}
