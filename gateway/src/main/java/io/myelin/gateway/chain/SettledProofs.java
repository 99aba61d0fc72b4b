package io.myelin.gateway.chain;

import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.ReceiptProofs;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.SessionAccount;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Proofs worked out anew from the journal's receipts, once the session takes no more of them. */
final class SettledProofs implements ReceiptProofs {
  private final TaskStore tasks;
  private final Claims claims;
  private final Function<SessionId, Optional<OnChain>> settled;

  /** With what finds a session that is settled. */
  SettledProofs(TaskStore tasks, Claims claims, Function<SessionId, Optional<OnChain>> settled) {
    this.tasks = tasks;
    this.claims = claims;
    this.settled = settled;
  }

  @Override
  public Optional<ReceiptProof> of(String taskId) {
    if (tasks.receiptDigest(taskId).isEmpty()) {
      return Optional.empty();
    }
    return tasks
        .sessionOf(taskId)
        .flatMap(session -> settled.apply(SessionId.parse(session)))
        .flatMap(
            session -> {
              SessionAccount account = claims.account(session);
              TaskId task = TaskId.parse(taskId);
              Optional<List<Digest>> path = account.proof(task);
              return path.flatMap(
                  siblings ->
                      account
                          .leaf(task)
                          .map(
                              leaf ->
                                  new ReceiptProof(
                                      account.total().receiptsRoot(), leaf, siblings)));
            });
  }
}
