package io.myelin.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.session.SessionTransition.Moved;
import io.myelin.protocol.session.SessionTransition.RejectReason;
import io.myelin.protocol.session.SessionTransition.Rejected;
import java.math.BigInteger;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ways of a session that the seeds describe. */
final class SessionMachineTest {
  private static final BigInteger BUDGET = BigInteger.valueOf(1_000);
  private static final SessionTimings TIMINGS = new SessionTimings(100, 100, 100, 100, 100);
  private static final Address A = node(1);
  private static final Address B = node(2);
  private static final Address C = node(3);

  private SessionState state;
  private List<SessionEffect> last;
  private long nowMillis = 1_000;

  SessionMachineTest() {
    Moved moved = SessionMachine.request(terms(2), nowMillis);
    state = moved.state();
    last = moved.effects();
  }

  @Test
  void fromRequestToLastWei() {
    assertThat(last).contains(new SessionEffect.SelectNodes(2, List.of()));
    moves(new SessionEvent.NodesSelected(List.of(A, B)));
    assertThat(last).contains(new SessionEffect.AskApproval(List.of(A, B)));
    assertThat(label()).isEqualTo("requested");
    moves(new SessionEvent.ApprovalGiven());
    assertThat(label()).isEqualTo("approved");
    assertThat(last)
        .contains(
            new SessionEffect.EscrowBudget(BUDGET),
            new SessionEffect.ReserveNode(A),
            new SessionEffect.ReserveNode(B));
    moves(new SessionEvent.NodeReserved(A));
    moves(new SessionEvent.Funded(BUDGET));
    assertThat(label()).isEqualTo("approved");
    moves(new SessionEvent.NodeReserved(B));
    assertThat(label()).isEqualTo("active");
    assertThat(last).contains(new SessionEffect.Open());

    moves(new SessionEvent.TaskHeld(task(1), BigInteger.valueOf(300)));
    assertThat(state.availableWei()).isEqualTo(BigInteger.valueOf(700));
    moves(new SessionEvent.CloseRequested(SessionPhase.CloseCause.CLIENT));
    assertThat(label()).isEqualTo("settling");
    assertThat(last).noneMatch(SessionEffect.Settle.class::isInstance);
    moves(new SessionEvent.TaskCounted(task(1), BigInteger.valueOf(120)));
    assertThat(last)
        .contains(new SessionEffect.Settle(BigInteger.valueOf(120), BigInteger.valueOf(880)));
    moves(new SessionEvent.Settled());
    assertThat(state.phase())
        .isEqualTo(
            new SessionPhase.Closed(
                SessionPhase.CloseCause.CLIENT, BigInteger.valueOf(120), BigInteger.valueOf(880)));
    assertThat(last).contains(new SessionEffect.ReleaseNode(A), new SessionEffect.ReleaseNode(B));
    moves(new SessionEvent.NodeReleased(A));
    moves(new SessionEvent.NodeReleased(B));
    assertThat(last).containsExactly(new SessionEffect.Forget());
  }

  @Test
  void aTaskIsCountedOnceAndNeverBeyondItsHold() {
    active();
    moves(new SessionEvent.TaskHeld(task(1), BigInteger.valueOf(300)));
    rejects(RejectReason.DUPLICATE, new SessionEvent.TaskHeld(task(1), BigInteger.ONE));
    moves(new SessionEvent.TaskCounted(task(1), BigInteger.valueOf(350)));
    assertThat(state.spentWei()).isEqualTo(BigInteger.valueOf(300));
    assertThat(state.writtenOffWei()).isEqualTo(BigInteger.valueOf(50));
    rejects(RejectReason.DUPLICATE, new SessionEvent.TaskCounted(task(1), BigInteger.ONE));
    rejects(RejectReason.DUPLICATE, new SessionEvent.TaskHeld(task(1), BigInteger.ONE));
    rejects(RejectReason.NOT_HELD, new SessionEvent.TaskCounted(task(2), BigInteger.ONE));
  }

  @Test
  void aTaskThatWasDroppedIsNotAdmittedAgain() {
    active();
    moves(new SessionEvent.TaskHeld(task(1), BigInteger.ONE));
    moves(new SessionEvent.TaskDropped(task(1)));
    rejects(RejectReason.DUPLICATE, new SessionEvent.TaskHeld(task(1), BigInteger.ONE));
    rejects(RejectReason.NOT_HELD, new SessionEvent.TaskDropped(task(1)));
  }

  @Test
  void aBudgetThatCameBackIsNotPaidAgain() {
    active();
    moves(new SessionEvent.TaskHeld(task(1), BigInteger.TEN));
    moves(new SessionEvent.TaskCounted(task(1), BigInteger.TEN));
    moves(new SessionEvent.TaskHeld(task(2), BigInteger.ONE));
    moves(new SessionEvent.BudgetReturned(true));
    assertThat(state.phase()).isEqualTo(new SessionPhase.Expired(state.fundedWei()));
    assertThat(state.moneyDue()).isFalse();
    assertThat(state.spentWei()).isZero();
    assertThat(state.writtenOffWei()).isEqualTo(BigInteger.TEN);
    assertThat(state.holds()).isEmpty();
    rejects(RejectReason.ALREADY_ENDED, new SessionEvent.BudgetReturned(false));
    rejects(RejectReason.NOT_HELD, new SessionEvent.TaskCounted(task(2), BigInteger.ONE));
  }

  @Test
  void limitsOfMoneyNumberAndTime() {
    active();
    rejects(
        RejectReason.OVER_BUDGET, new SessionEvent.TaskHeld(task(1), BigInteger.valueOf(1_001)));
    moves(new SessionEvent.TaskHeld(task(1), BigInteger.valueOf(600)));
    rejects(RejectReason.OVER_BUDGET, new SessionEvent.TaskHeld(task(2), BigInteger.valueOf(401)));
    moves(new SessionEvent.TaskHeld(task(2), BigInteger.ZERO));
    rejects(RejectReason.TASK_LIMIT, new SessionEvent.TaskHeld(task(3), BigInteger.ZERO));
    moves(new SessionEvent.TaskDropped(task(2)));
    nowMillis = 50_000;
    rejects(RejectReason.PAST_EXPIRY, new SessionEvent.TaskHeld(task(3), BigInteger.ZERO));
  }

  @Test
  void expiryRefundsWhatNobodyUsed() {
    active();
    passes(SessionDeadlineKind.EXPIRY);
    assertThat(state.phase()).isEqualTo(new SessionPhase.Expired(BUDGET));
    assertThat(last).contains(new SessionEffect.Refund(BUDGET));
    passes(SessionDeadlineKind.MONEY);
    assertThat(last).as("asked for again").contains(new SessionEffect.Refund(BUDGET));
    moves(new SessionEvent.Refunded());
    rejects(RejectReason.ALREADY_ENDED, new SessionEvent.Refunded());
  }

  @Test
  void expiryWithTasksRunningSettlesThem() {
    active();
    moves(new SessionEvent.TaskHeld(task(1), BigInteger.TEN));
    passes(SessionDeadlineKind.EXPIRY);
    assertThat(label()).isEqualTo("settling");
    passes(SessionDeadlineKind.DRAIN);
    assertThat(last).contains(new SessionEffect.CancelTask(task(1)));
  }

  @Test
  void anEscrowThatCameTooLateGoesBack() {
    moves(new SessionEvent.NodesSelected(List.of(A, B)));
    moves(new SessionEvent.ApprovalGiven());
    passes(SessionDeadlineKind.FUND);
    assertThat(label()).isEqualTo("failed");
    assertThat(last).contains(new SessionEffect.CancelEscrow());
    moves(new SessionEvent.NodeReleased(A));
    moves(new SessionEvent.NodeReleased(B));
    assertThat(state.released()).as("money may still come").isFalse();
    moves(new SessionEvent.Funded(BUDGET));
    assertThat(last).contains(new SessionEffect.Refund(BUDGET));
    moves(new SessionEvent.Refunded());
    assertThat(last).contains(new SessionEffect.Forget());
  }

  @Test
  void aLostNodeIsReplacedWhileActive() {
    active();
    moves(new SessionEvent.NodeLost(A, "gone"));
    assertThat(last)
        .contains(
            new SessionEffect.ReleaseNode(A), new SessionEffect.SelectNodes(1, List.of(A, B)));
    rejects(RejectReason.WRONG_NODES, new SessionEvent.NodesSelected(List.of(B)));
    moves(new SessionEvent.NodesSelected(List.of(C)));
    moves(new SessionEvent.NodeReserved(C));
    assertThat(state.reservedNodes()).containsExactly(B, C);
  }

  @Test
  void tooFewNodesOrNoApprovalFail() {
    rejects(RejectReason.WRONG_NODES, new SessionEvent.NodesSelected(List.of(A)));
    moves(new SessionEvent.NodesSelected(List.of(A, B)));
    moves(new SessionEvent.ApprovalDenied("price"));
    assertThat(state.phase())
        .isInstanceOfSatisfying(
            SessionPhase.Failed.class, f -> assertThat(f.code()).isEqualTo("not_approved"));
    assertThat(state.released()).isTrue();
  }

  private void active() {
    moves(new SessionEvent.NodesSelected(List.of(A, B)));
    moves(new SessionEvent.ApprovalGiven());
    moves(new SessionEvent.NodeReserved(A));
    moves(new SessionEvent.NodeReserved(B));
    moves(new SessionEvent.Funded(BUDGET));
    assertThat(label()).isEqualTo("active");
  }

  private String label() {
    return state.phase().label();
  }

  private void moves(SessionEvent event) {
    if (!(SessionMachine.apply(state, event, nowMillis) instanceof Moved moved)) {
      throw new AssertionError(event + " was rejected in " + state);
    }
    state = moved.state();
    last = moved.effects();
  }

  private void rejects(RejectReason reason, SessionEvent event) {
    assertThat(SessionMachine.apply(state, event, nowMillis))
        .isInstanceOfSatisfying(Rejected.class, r -> assertThat(r.reason()).isEqualTo(reason));
  }

  private void passes(SessionDeadlineKind kind) {
    SessionDeadline deadline =
        state.deadlines().stream().filter(d -> d.kind() == kind).findFirst().orElseThrow();
    nowMillis = Math.max(nowMillis, deadline.atMillis());
    moves(new SessionEvent.DeadlinePassed(kind, deadline.armedId()));
  }

  private static SessionTerms terms(long maxTasks) {
    return new SessionTerms(
        SessionId.of(new byte[32]), node(9), "tiny", 2, 2, BUDGET, maxTasks, 50_000, TIMINGS);
  }

  private static Address node(int n) {
    byte[] bytes = new byte[20];
    bytes[19] = (byte) n;
    return Address.of(bytes);
  }

  private static TaskId task(int n) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) n;
    return TaskId.of(bytes);
  }
}
