package io.myelin.contracts.differential;

import static io.myelin.contracts.differential.QueueAction.By;

import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.differential.Step.Question;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.Deadline;
import io.myelin.protocol.task.DeadlineKind;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.TaskPhase;
import io.myelin.protocol.task.TaskState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns commands into what is done to the queue, by the state that Java's machines are in, and
 * keeps what the contracts must answer.
 */
final class QueueWorld {
  static final int TASKS = 3;
  private static final List<DeadlineKind> DEADLINES =
      List.of(
          DeadlineKind.TASK,
          DeadlineKind.ACK,
          DeadlineKind.PRECOMMIT,
          DeadlineKind.COMMIT,
          DeadlineKind.VALIDATE);

  private final QueueSession base;
  private final QueueTwin java;
  private final QueueBridge bridge;
  private final List<QueueAction> said = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, Promise> promises = new HashMap<>();
  private long nowSeconds;

  QueueWorld(QueueSession base) {
    this.base = base;
    nowSeconds = base.sinceSeconds();
    java = new QueueTwin(base.terms(), nowSeconds);
    bridge = new QueueBridge(base, java);
  }

  QueueTwin java() {
    return java;
  }

  /** The whole history, with the questions about money at its end. */
  List<Step> steps() {
    List<Step> all = new ArrayList<>(steps);
    all.add(bridge.end(nowSeconds));
    return all;
  }

  void act(QueueCommand command) {
    nowSeconds += command.waitSeconds();
    int pick = command.pick();
    if (command.kind() == QueueCommand.Kind.EVERYBODY_LEAVES) {
      everybodyLeaves(pick % TASKS);
      return;
    }
    QueueAction action = action(command.kind(), pick);
    if (action != null) {
      apply(command.kind() + ": " + action, action);
    }
  }

  private void everybodyLeaves(int task) {
    TaskTwin twin = java.task(task);
    if (twin != null) {
      for (Assignment a : twin.state().live()) {
        apply("EVERYBODY_LEAVES", new QueueAction.GiveUp(task, a.attempt(), a.node()));
      }
    }
  }

  private void apply(String what, QueueAction action) {
    said.add(action);
    int task = QueueCalls.taskOf(action);
    TaskTwin twin = java.task(task);
    TaskState before = twin == null ? null : twin.state();
    ContractWrite write = bridge.calls().write(action);
    Optional<String> rejection = bridge.answer(action, nowSeconds);
    List<Question<?>> questions = bridge.questions(task);
    steps.add(
        new Step(
            what,
            nowSeconds,
            bridge.calls().sender(action),
            write,
            rejection,
            bridge.told(task, before),
            bridge::telling,
            questions));
  }

  private @Nullable QueueAction action(QueueCommand.Kind kind, int pick) {
    int task = pick % TASKS;
    int rest = pick / TASKS;
    Assignment a = someone(task, rest);
    int attempt = a == null ? 1 : a.attempt();
    Address node = a == null ? base.terms().nodes().getFirst() : a.node();
    return switch (kind) {
      case PROGRESS -> helpful(task, rest);
      case ENQUEUE -> enqueue(task, By.CLIENT, rest, false);
      case ENQUEUE_SIGNED -> enqueue(task, By.RELAYER, rest, false);
      case ENQUEUE_FORGED -> enqueue(task, By.FORGER, rest, false);
      case ENQUEUE_BY_STRANGER -> enqueue(task, By.STRANGER, rest, false);
      case ENQUEUE_WRONG_SPEC -> enqueue(task, By.CLIENT, rest, true);
      case ENQUEUE_BAD_DEADLINE ->
          new QueueAction.Enqueue(
              task, By.CLIENT, 1, 1, rest % 2 == 0 ? nowSeconds : nowSeconds + 86_401, false);
      case ENQUEUE_TOO_DEAR ->
          new QueueAction.Enqueue(
              task, By.CLIENT, 1_000_000 * (1 + rest % 9), 0, nowSeconds + 600, false);
      case ASSIGN -> new QueueAction.Assign(task);
      case ACK -> new QueueAction.Ack(task, attempt, node);
      case GIVE_UP -> new QueueAction.GiveUp(task, attempt, node);
      case PRECOMMIT -> precommit(task, attempt, node);
      case PRECOMMIT_GREEDY -> {
        int more = attempt % 2;
        yield precommit(
            task,
            attempt,
            node,
            java.maxPromptTokens(task) + more,
            java.maxOutputTokens(task) + 1 - more);
      }
      case PRECOMMIT_EMPTY -> precommit(task, attempt, node, 0, 0);
      case COMMIT -> commit(task, attempt, node, 0, false);
      case COMMIT_FALSE -> commit(task, attempt, node, 1, false);
      case COMMIT_WRONG_OUTPUT -> commit(task, attempt, node, 0, true);
      case ACCEPT -> new QueueAction.Verdict(task, true, 3 + rest % 3, false);
      case DENY -> new QueueAction.Verdict(task, false, 3 + rest % 3, false);
      case VERDICT_WITHOUT_QUORUM ->
          new QueueAction.Verdict(task, rest % 2 == 0, rest / 2 % 3, false);
      case VERDICT_ABOUT_OTHERS -> new QueueAction.Verdict(task, rest % 2 == 0, 3, true);
      case CANCEL -> new QueueAction.Cancel(task, By.CLIENT);
      case CANCEL_SIGNED -> new QueueAction.Cancel(task, By.RELAYER);
      case CANCEL_FORGED -> new QueueAction.Cancel(task, By.FORGER);
      case CANCEL_BY_STRANGER -> new QueueAction.Cancel(task, By.STRANGER);
      case DEADLINE -> deadline(task, rest);
      case STALE_DEADLINE -> new QueueAction.Enforce(task, DEADLINES.get(rest % 5), rest / 5 % 4);
      case WRONG_NODE -> wrongNode(task, attempt, node, rest);
      case NOBODY -> new QueueAction.Ack(task, rest % 2 == 0 ? 0 : 99, node);
      case AGAIN -> said.isEmpty() ? null : said.get(pick % said.size());
      case EXPIRY -> {
        if (rest % 4 > 0) {
          yield null;
        }
        nowSeconds = Math.max(nowSeconds, base.terms().expiresAtSeconds() - 1 + pick % 3);
        yield null;
      }
      case FINISH -> new QueueAction.Finish(true);
      case FINISH_BY_STRANGER -> new QueueAction.Finish(false);
      case START_AGAIN -> new QueueAction.Start();
      case EVERYBODY_LEAVES -> throw new IllegalStateException("more than one action");
    };
  }

  private @Nullable Assignment someone(int task, int pick) {
    TaskTwin twin = java.task(task);
    if (twin == null) {
      return null;
    }
    List<Assignment> from = pick % 4 == 0 ? twin.state().assignments() : twin.state().live();
    return from.isEmpty() ? null : from.get(pick / 4 % from.size());
  }

  private QueueAction enqueue(int task, By by, int rest, boolean wrongSpec) {
    return new QueueAction.Enqueue(
        task,
        by,
        20 + rest % 7,
        10 + 31 * (rest % 5),
        nowSeconds + 900 + 1_500L * (rest % 4),
        wrongSpec);
  }

  private QueueAction precommit(int task, int attempt, Address node) {
    return precommit(task, attempt, node, 12 + attempt * 5 % 8, attempt * 3 % 10);
  }

  private QueueAction precommit(
      int task, int attempt, Address node, int promptTokens, int outputTokens) {
    Promise promise = new Promise(task, attempt, promptTokens, outputTokens);
    promises.putIfAbsent(task + "/" + attempt, promise);
    return new QueueAction.Precommit(task, attempt, node, promise);
  }

  private QueueAction commit(
      int task, int attempt, Address node, int falseTokens, boolean wrongOutput) {
    Promise kept =
        promises.getOrDefault(task + "/" + attempt, new Promise(task, attempt, 12, attempt));
    Promise shown =
        new Promise(task, attempt, kept.promptTokens(), kept.outputTokens() + falseTokens);
    return new QueueAction.Commit(task, attempt, node, shown, wrongOutput);
  }

  private QueueAction wrongNode(int task, int attempt, Address node, int pick) {
    List<Address> others = base.terms().nodes().stream().filter(n -> !n.equals(node)).toList();
    Address other = others.get(pick % others.size());
    return switch (pick % 4) {
      case 0 -> new QueueAction.Ack(task, attempt, other);
      case 1 -> new QueueAction.GiveUp(task, attempt, other);
      case 2 -> precommit(task, attempt, other);
      default -> commit(task, attempt, other, 0, false);
    };
  }

  private @Nullable QueueAction deadline(int task, int pick) {
    TaskTwin twin = java.task(task);
    if (twin == null || twin.state().deadlines().isEmpty()) {
      return null;
    }
    List<Deadline> armed = twin.state().deadlines();
    Deadline d = armed.get(pick / 3 % armed.size());
    // The whole task's deadline would end most histories before anything happened.
    if (d.kind() == DeadlineKind.TASK && pick % 9 != 0) {
      return null;
    }
    nowSeconds = Math.max(nowSeconds, d.atMillis() / 1_000 - 1 + pick % 3);
    return new QueueAction.Enforce(task, d.kind(), d.subject());
  }

  /** What would happen next to a session that nobody disturbs, this task first. */
  private @Nullable QueueAction helpful(int first, int pick) {
    for (int i = 0; i < TASKS; i++) {
      int task = (first + i) % TASKS;
      TaskTwin twin = java.task(task);
      if (twin == null && !java.session().ended()) {
        return enqueue(task, By.CLIENT, pick, false);
      }
      if (twin != null && !twin.state().ended()) {
        return helpful(task, twin, pick);
      }
    }
    return java.session().ended() ? null : new QueueAction.Finish(true);
  }

  private @Nullable QueueAction helpful(int task, TaskTwin twin, int pick) {
    if (twin.state().phase() instanceof TaskPhase.Queued) {
      return new QueueAction.Assign(task);
    }
    if (twin.state().phase() instanceof TaskPhase.Committed) {
      return new QueueAction.Verdict(task, true, 3 + pick % 3, false);
    }
    for (Assignment a : twin.state().live()) {
      if (a.stage() == NodeStage.OFFERED) {
        return new QueueAction.Ack(task, a.attempt(), a.node());
      }
      if (a.stage() == NodeStage.ACKED) {
        return precommit(task, a.attempt(), a.node());
      }
      if (a.owesReveal()) {
        return commit(task, a.attempt(), a.node(), 0, false);
      }
    }
    // A machine that waits for nobody is found out by the other.
    return null;
  }
}
