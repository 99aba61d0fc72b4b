package io.myelin.cli.queue;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Wallet;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueTask;
import io.myelin.protocol.settlement.SessionTail;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Queues a task and waits for its end. */
@Command(
    name = "ask",
    mixinStandardHelpOptions = true,
    description = {
      "Put a question into the queue on chain, wait for the answer, and show who was paid what.",
      "The question and the answer are public: they stand on the chain for good.",
      "What nodes or validators are late with is enforced from here while this waits."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin queue ask \"What is the capital of France?\"",
      "  ./myelin queue ask --session 4f1c0a93 --max-tokens 64 \"Count to ten.\"",
      "  ./myelin queue ask --spec-file request.json       an OpenAI request's body",
      "  ./myelin queue ask --no-wait \"A long story.\"      then: ./myelin queue ask --resume TASK",
      "",
      "The whole price of the longest answer is held from the session's budget until the end; what",
      "was not used is free again then."
    })
final class AskCommand extends MyelinCommand {
  private static final int MAX_TOKENS = 65_536;
  private static final int MAX_SECONDS = 86_400;

  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();

  @Parameters(arity = "0..1", paramLabel = "PROMPT", description = "What to ask.")
  private @Nullable String prompt;

  @Option(
      names = "--spec-file",
      paramLabel = "FILE",
      description = "The task as the JSON body of an OpenAI request, instead of a prompt.")
  private @Nullable Path specFile;

  @Option(
      names = "--session",
      paramLabel = "ID",
      description = "Or how it begins. Default: the account's newest.")
  private @Nullable String session;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "The session's model. Default: the devnet's.")
  private @Nullable String model;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      defaultValue = "128",
      description = "Longest answer (${DEFAULT-VALUE}).")
  private int maxTokens = 128;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      defaultValue = "0",
      description = "0 to 2 (${DEFAULT-VALUE}); the same seed gives the same answer at any.")
  private double temperature;

  @Option(names = "--seed", paramLabel = "N", description = "Default: drawn.")
  private @Nullable Long seed;

  @Option(
      names = "--deadline",
      paramLabel = "SECONDS",
      defaultValue = "900",
      description = "Most time it may take, up to a day (${DEFAULT-VALUE}).")
  private int deadlineSeconds = 900;

  @Option(
      names = "--resume",
      paramLabel = "TASK",
      description = "Ask nothing new: wait for a task that was queued before.")
  private @Nullable String resume;

  @Option(names = "--no-wait", description = "Return when it is queued.")
  private boolean noWait;

  @Override
  public Integer call() {
    requireRanges();
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      QueueSessions sessions = new QueueSessions(network);
      if (resume != null) {
        TaskId task = sessions.task(key.address(), resume);
        try (Wallet wallet = network.wallet(key, err())) {
          return report(network, sessions.reader(), task, wallet);
        }
      }
      QueueSessions.Live live = sessions.find(key.address(), session);
      AskedSpec asked = asked(network);
      SessionTail tail = live.opened().tail();
      if (!tail.allows(asked.spec().getModel())) {
        throw new CommandException(
            "model %s is not that of session %s (expected: the one it was opened for; open another session for this one)"
                .formatted(asked.spec().getModel(), live.id().shortHex()));
      }
      BigInteger holdWei = holdWei(asked, live.ledger());
      if (holdWei.compareTo(live.ledger().availableWei()) > 0) {
        throw new CommandException(
            "it may cost %s, and session %s has %s left: ask for fewer --max-tokens, or open another session"
                .formatted(
                    Amount.show(holdWei),
                    live.id().shortHex(),
                    Amount.show(live.ledger().availableWei())));
      }
      tell("it costs at most " + Amount.show(holdWei) + " of session " + live.id().shortHex());
      try (Wallet wallet = network.wallet(key, err())) {
        TaskId task = enqueue(network, live, asked, wallet);
        if (noWait) {
          out().println("task     " + task);
          out().println("Next: ./myelin queue ask --resume " + task.shortHex());
          out().flush();
          return CommandLine.ExitCode.OK;
        }
        return report(network, sessions.reader(), task, wallet);
      }
    }
  }

  private void requireRanges() {
    long given = Stream.of(prompt, specFile, resume).filter(Objects::nonNull).count();
    if (given != 1) {
      throw wrong("PROMPT, --spec-file, --resume: " + given + " given (expected: one of them)");
    }
    if (resume != null && noWait) {
      throw wrong("--no-wait: with --resume (expected: one of them)");
    }
    if (maxTokens < 1 || maxTokens > MAX_TOKENS) {
      throw wrong("--max-tokens: " + maxTokens + " (expected: 1 to " + MAX_TOKENS + ")");
    }
    if (deadlineSeconds < 1 || deadlineSeconds > MAX_SECONDS) {
      throw wrong("--deadline: " + deadlineSeconds + " (expected: 1 to " + MAX_SECONDS + ")");
    }
  }

  private AskedSpec asked(ChainAccess network) {
    String usual = model != null ? model : network.devnetModel().orElse("");
    AskedSpec asked =
        specFile != null
            ? AskedSpec.of(specFile, usual, maxTokens)
            : AskedSpec.of(
                String.valueOf(prompt),
                usual,
                maxTokens,
                temperature,
                seed != null ? seed : new SecureRandom().nextInt(Integer.MAX_VALUE));
    if (asked.spec().getModel().isEmpty()) {
      throw CommandException.usage("--model is missing (expected: the session's model)");
    }
    return asked;
  }

  private static BigInteger holdWei(AskedSpec asked, SessionQueue.Ledger ledger) {
    return ledger
        .inputWei()
        .multiply(BigInteger.valueOf(asked.maxPromptTokens()))
        .add(ledger.outputWei().multiply(BigInteger.valueOf(asked.maxOutputTokens())))
        .multiply(BigInteger.valueOf(ledger.redundancy()));
  }

  private TaskId enqueue(
      ChainAccess network, QueueSessions.Live live, AskedSpec asked, Wallet wallet) {
    byte[] bytes = new byte[Digest.LENGTH];
    new SecureRandom().nextBytes(bytes);
    Digest reference = Digest.of(bytes);
    SessionQueue queue = network.contracts().queue();
    Digest sessionId = ChainTerms.word(live.id());
    var _ =
        wallet.send(
            queue.enqueue(
                sessionId,
                reference,
                asked.digest(),
                asked.bytes(),
                asked.maxPromptTokens(),
                asked.maxOutputTokens(),
                Math.min(network.nowSeconds() + deadlineSeconds, live.ledger().expiresAt())),
            "queue the task");
    Digest task = queue.taskIdOf(sessionId, reference).on(network.chain());
    var _ = wallet.send(queue.assign(task), "draw the task's nodes");
    return QueueReader.id(task);
  }

  private int report(ChainAccess network, QueueReader reader, TaskId id, Wallet wallet) {
    tell("task " + id);
    QueueTask task = new TaskWatch(network, reader, err()).untilEnd(id, wallet);
    List<SessionQueue.Event> history = reader.history(id);
    TaskReport report = new TaskReport(network, reader);
    if (task.phase() != QueuePhase.COMPLETED) {
      throw new CommandException(
          "task "
              + id.shortHex()
              + " ended without an answer and cost nothing: "
              + TaskWatch.text(history.getLast()).orElse(""));
    }
    out().println(report.answer(task, history).orElse(""));
    out().println();
    report.payments(task, history, out());
    out().flush();
    return CommandLine.ExitCode.OK;
  }

  private void tell(String what) {
    err().println(what);
    err().flush();
  }
}
