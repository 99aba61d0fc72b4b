package io.myelin.compute.queue;

import io.myelin.chain.ChainException;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueTask;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets the committee's word on revealed tasks and brings it to the chain. */
final class VerdictDesk {
  private static final Logger logger = LoggerFactory.getLogger(VerdictDesk.class);

  private final CommitteeClient committee;
  private final NetworkContracts network;
  private final ChainWrites writes;
  private final Executor threads;
  private final Set<TaskId> asking = ConcurrentHashMap.newKeySet();

  /**
   * Of a node.
   *
   * @param threads where it waits for validators
   */
  VerdictDesk(
      CommitteeClient committee, NetworkContracts network, ChainWrites writes, Executor threads) {
    this.committee = committee;
    this.network = network;
    this.writes = writes;
    this.threads = threads;
  }

  /** Asks, unless it is asking already, or the word is on its way to the chain. */
  void ask(QueueTask task, Runnable done) {
    if (writes.isKnown(name(task)) || !asking.add(task.id())) {
      return;
    }
    threads.execute(
        () -> {
          try {
            work(task);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (ChainException | IllegalStateException e) {
            if (!Thread.currentThread().isInterrupted()) {
              logger.warn("Task {}: no verdict yet: {}", task.id().shortHex(), e.getMessage());
            }
          } finally {
            asking.remove(task.id());
            done.run();
          }
        });
  }

  private void work(QueueTask task) throws InterruptedException {
    try {
      press(task, true, committee.judgeTask(task, true));
    } catch (NotAgreedException e) {
      logger.warn("Task {}: {}", task.id().shortHex(), e.getMessage());
      boolean judged =
          e.answers().stream()
              .anyMatch(
                  member ->
                      member.answer() instanceof MemberAnswer.Answer.Refused refused
                          && refused.reason().equals(Reason.REFUSED_TASK.name()));
      if (judged) {
        reject(task);
      }
    }
  }

  /** Nobody gains by waiting for a verdict that will not come: the client gets its hold back. */
  private void reject(QueueTask task) throws InterruptedException {
    try {
      press(task, false, committee.judgeTask(task, false));
    } catch (NotAgreedException e) {
      logger.warn("Task {}: {}", task.id().shortHex(), e.getMessage());
    }
  }

  private static String name(QueueTask task) {
    return "queue/" + task.id().hex() + "/validate";
  }

  private void press(QueueTask task, boolean accepted, Quorum quorum) {
    writes
        .press(
            name(task),
            network
                .queue()
                .validate(
                    QueueReader.word(task.id()), accepted, quorum.seatsBits(), quorum.signatures()))
        .ifPresent(why -> logger.info("Task {}: verdict: {}", task.id().shortHex(), why));
  }
}
