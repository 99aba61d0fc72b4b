package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.queue.Overdue;
import io.myelin.protocol.queue.QueueTask;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Deadlines of the queue's tasks that nobody enforces. Nodes and clients, who wait for it, have a
 * while to do it themselves first.
 */
final class QueueWatch implements Watch {
  /** How long they have. */
  static final Duration OWN = Duration.ofMinutes(1);

  /** Tasks that are read in one look; the next look goes on with the others. */
  private static final int MOST_READ = 64;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final QueueReader reader;
  private final LogTail events;
  private final Set<TaskId> open = new LinkedHashSet<>();

  /** Of a network none of whose events is older than this block. */
  QueueWatch(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.reader = new QueueReader(chain, network, firstBlock);
    LogFilter filter =
        new LogFilter(
            List.of(network.queue().address()),
            List.of(List.of(SessionQueue.TaskQueuedEvent.TYPE.topic())));
    this.events = new LogTail(chain, filter, firstBlock);
  }

  @Override
  public List<Due> due(long nowMillis) {
    events.next().stream()
        .flatMap(log -> SessionQueue.event(log).stream())
        .filter(SessionQueue.TaskQueuedEvent.class::isInstance)
        .map(event -> QueueReader.id(((SessionQueue.TaskQueuedEvent) event).taskId()))
        .forEach(open::add);
    long nowSeconds = chain.head().timestampSeconds();
    List<Due> due = new ArrayList<>();
    for (TaskId id : open.stream().limit(MOST_READ).toList()) {
      // To the end of the line, or out of it.
      open.remove(id);
      Optional<QueueTask> task = reader.task(id);
      if (task.isEmpty() || task.get().phase().isEnd()) {
        continue;
      }
      open.add(id);
      Overdue.in(task.get(), nowSeconds - OWN.toSeconds())
          .ifPresent(overdue -> due.add(due(task.get(), overdue)));
    }
    return due;
  }

  private Due due(QueueTask task, Overdue overdue) {
    Digest id = QueueReader.word(task.id());
    Duty duty =
        new Duty(
            "queue/%s/%s/%d".formatted(id, overdue.kind(), overdue.attempt()),
            (overdue.sinceSeconds(task) + OWN.toSeconds()) * 1_000);
    return new Due(
        duty,
        () ->
            List.of(
                network
                    .queue()
                    .enforce(id, overdue.kind().number(), BigInteger.valueOf(overdue.attempt()))));
  }
}
