package io.myelin.cli.queue;

import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Times;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueTask;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Shows sessions and tasks of the queue. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description =
        "The account's sessions of the queue; one session's tasks; or one task's whole story.",
    footer = {
      "",
      "Examples:",
      "  ./myelin queue show                 every session",
      "  ./myelin queue show 4f1c0a93        the session, or the task, whose id begins so"
    })
final class ShowCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private AccountOptions whose = new AccountOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Of a session or a task, or how it begins (at least 4 digits).")
  private @Nullable String id;

  @Override
  public Integer call() {
    try (ChainAccess network = where.open()) {
      Address account = whose.of(network);
      QueueSessions sessions = new QueueSessions(network);
      if (id == null) {
        list(sessions.of(account), network.nowSeconds());
      } else {
        Optional<QueueSessions.Live> session = sessions.named(account, id);
        if (session.isPresent()) {
          session(session.get(), sessions);
        } else {
          task(network, sessions, sessions.task(account, id));
        }
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private void list(List<QueueSessions.Live> all, long nowSeconds) {
    PrintWriter out = out();
    if (all.isEmpty()) {
      out.println("No session of the queue yet. Next: ./myelin queue open");
    }
    for (QueueSessions.Live live : all) {
      out.println(live.id());
      out.println(
          "  "
              + (live.ledger().finished()
                  ? "finished"
                  : Amount.show(live.ledger().availableWei())
                      + " free, "
                      + live.ledger().openTasks()
                      + " tasks open, expires "
                      + Times.at(live.ledger().expiresAt(), nowSeconds)));
    }
  }

  private void session(QueueSessions.Live live, QueueSessions sessions) {
    PrintWriter out = out();
    SessionQueue.Ledger ledger = live.ledger();
    out.println("session  " + live.id());
    out.println("budget   " + Amount.show(live.opened().brief().head().budgetWei()));
    out.println(
        ledger.finished()
            ? "finished"
            : "free     "
                + Amount.show(ledger.availableWei())
                + ", "
                + ledger.openTasks()
                + " tasks open");
    out.println("expires  " + Times.at(ledger.expiresAt()));
    live.opened().brief().seats().forEach(seat -> out.println("node     " + seat.node()));
    for (SessionQueue.TaskQueuedEvent queued : sessions.tasksOf(live.id())) {
      TaskId task = QueueReader.id(queued.taskId());
      out.println(
          "task     "
              + task
              + "  "
              + sessions
                  .reader()
                  .task(task)
                  .map(one -> one.phase().name().toLowerCase(Locale.ROOT))
                  .orElse("gone"));
    }
  }

  private void task(ChainAccess network, QueueSessions sessions, TaskId task) {
    PrintWriter out = out();
    QueueTask now = sessions.reader().task(task).orElseThrow();
    List<SessionQueue.Event> history = sessions.reader().history(task);
    out.println("task     " + task);
    out.println("session  " + now.sessionId());
    out.println("state    " + now.phase().name().toLowerCase(Locale.ROOT));
    history.forEach(event -> TaskWatch.text(event).ifPresent(text -> out.println("  " + text)));
    TaskReport report = new TaskReport(network, sessions.reader());
    report.payments(now, history, out);
    report.answer(now, history).ifPresent(answer -> out.println("\n" + answer));
  }
}
