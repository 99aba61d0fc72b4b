package io.myelin.cli.queue;

import io.myelin.cli.CommandException;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Times;
import io.myelin.cli.chain.Wallet;
import io.myelin.client.ClientException;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.Overdue;
import io.myelin.protocol.queue.QueueTask;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** Follows a task to its end, tells each stage, and enforces what others are late with. */
final class TaskWatch {
  private static final long LOOK_MILLIS = 250;
  private static final long REFUSED_MILLIS = 2_000;
  private static final String[] LOSSES = {
    "left",
    "did not take it on in time",
    "did not answer in time",
    "did not reveal in time",
    "revealed something else than it was bound to",
    "counted more tokens than the task may have",
    "is the primary now"
  };
  private static final String[] FAILURES = {
    "its deadline passed",
    "no node of the session is left",
    "the validators rejected the answers",
    "the validators did not judge it in time"
  };

  private final ChainAccess network;
  private final QueueReader reader;
  private final PrintWriter progress;

  TaskWatch(ChainAccess network, QueueReader reader, PrintWriter progress) {
    this.network = network;
    this.reader = reader;
    this.progress = progress;
  }

  /**
   * Returns when the task has ended.
   *
   * @param wallet that pays for what has to be enforced
   */
  QueueTask untilEnd(TaskId id, Wallet wallet) {
    int told = 0;
    while (true) {
      QueueTask task =
          reader
              .task(id)
              .orElseThrow(() -> new CommandException("task " + id + " is not on this chain"));
      List<SessionQueue.Event> history = reader.history(id);
      for (; told < history.size(); told++) {
        text(history.get(told)).ifPresent(this::tell);
      }
      if (task.phase().isEnd()) {
        return task;
      }
      Optional<Overdue> overdue = Overdue.in(task, network.nowSeconds());
      if (overdue.isPresent()) {
        enforce(id, overdue.get(), wallet);
      } else {
        pause(id, LOOK_MILLIS);
      }
    }
  }

  private void enforce(TaskId id, Overdue overdue, Wallet wallet) {
    try {
      var _ =
          wallet.send(
              network
                  .contracts()
                  .queue()
                  .enforce(
                      QueueReader.word(id),
                      overdue.kind().number(),
                      BigInteger.valueOf(overdue.attempt())),
              "enforce a deadline");
      tell("a deadline has passed and is enforced: " + overdue.kind().name());
    } catch (ClientException e) {
      // Somebody else did it, or what was late came just now: the next look tells.
      pause(id, REFUSED_MILLIS);
    }
  }

  private static void pause(TaskId id, long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException(
          "interrupted; the task goes on, ./myelin queue ask --resume "
              + id.shortHex()
              + " waits for it",
          e);
    }
  }

  private void tell(String what) {
    progress.println("  " + what);
    progress.flush();
  }

  /** An event for people; empty for one that says nothing new. */
  static Optional<String> text(SessionQueue.Event event) {
    return switch (event) {
      case SessionQueue.TaskQueuedEvent queued ->
          Optional.of("queued, until " + Times.at(queued.deadlineAt()));
      case SessionQueue.TaskAssignedEvent assigned ->
          Optional.of(
              "offered to %s (%s)"
                  .formatted(assigned.node(), assigned.primary() ? "primary" : "replica"));
      case SessionQueue.TaskAckedEvent acked -> Optional.of(acked.node() + " works");
      case SessionQueue.TaskPrecommittedEvent bound ->
          Optional.of(bound.node() + " is bound to an answer");
      case SessionQueue.TaskAllPrecommittedEvent _ ->
          Optional.of("everybody is bound: answers are revealed");
      case SessionQueue.TaskCommittedEvent committed ->
          Optional.of(
              "%s revealed %d prompt and %d output tokens"
                  .formatted(
                      committed.node(),
                      committed.reveal().promptTokens(),
                      committed.reveal().outputTokens()));
      case SessionQueue.TaskAllCommittedEvent _ -> Optional.of("the validators judge");
      case SessionQueue.NodeLostEvent lost ->
          Optional.of(lost.node() + " " + named(LOSSES, lost.loss()));
      case SessionQueue.TaskCompletedEvent _ -> Optional.of("accepted and paid");
      case SessionQueue.TaskFailedEvent failed ->
          Optional.of("failed: " + named(FAILURES, failed.failure()));
      case SessionQueue.TaskCancelledEvent _ -> Optional.of("cancelled");
      case SessionQueue.SessionStartedEvent _, SessionQueue.SessionFinishedEvent _ ->
          Optional.empty();
    };
  }

  private static String named(String[] names, long number) {
    return number >= 0 && number < names.length ? names[(int) number] : "reason " + number;
  }
}
