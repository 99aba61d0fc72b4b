package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.Logging;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.engine.check.AnyClassChecker;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.check.SentenceDistances;
import io.myelin.engine.check.WorkChecker;
import io.myelin.engine.judge.LikelihoodJudge;
import io.myelin.engine.local.EngineSet;
import io.myelin.protocol.work.Calibrations;
import io.myelin.protocol.work.Exam;
import io.myelin.validator.OwnModels;
import io.myelin.validator.ValidatorFault;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one validator until it is told to stop. */
@Command(
    name = "validator",
    mixinStandardHelpOptions = true,
    description = {
      "Run a validator: it checks what gateways propose, and signs what is right.",
      "It needs no ether; its owner stakes for its key with ./myelin stake validator add."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin validator --rpc http://127.0.0.1:8545 --directory 0x5fb1...",
      "  ./myelin validator --config validator.properties --port 8600",
      "",
      "The configuration file has one `key = value` a line, with the names of the options:",
      "host, port, data, key, rpc, chain-id, directory, first-block, bootstrap, peer-host,",
      "peer-port, advertise, allow-private, model, threads, own-class-only, calibration,",
      "exam-context. A flag wins over the file."
    })
public final class ValidatorCommand extends MyelinCommand {
  private static final int USUAL_PORT = 8_600;

  /** Over more no node of the least speed that is let in could be done in an exam's time. */
  private static final int MOST_EXAM_CONTEXT = 4_096;

  /** Answers that it checks at once: one, and one that is to be judged. */
  private static final int CHECKS = 2;

  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChainOptions chain = new ChainOptions();
  @Mixin private PeerOptions peers = new PeerOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Where to listen (default 127.0.0.1: this machine only).")
  private @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "Default 8600; 0 for any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = {
        "A model whose work it checks, see ./myelin model list (repeatable).",
        "Default: none. It then finds nothing of what nodes did, and others decide.",
        "With all-minilm-l6-v2 it also says how far answers of rounds lie apart in meaning,",
        "and with a model for text it marks how useful and correct they are."
      })
  private List<String> models = List.of();

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "With --model: native threads of the engine (default: all cores but one).")
  private @Nullable Integer threads;

  @Option(
      names = "--own-class-only",
      description = {
        "With --model: check nodes exactly only where their processor computes as this one.",
        "Else a worker more is started for nodes of another CPU variant, two at most."
      })
  private boolean ownClassOnly;

  @Option(
      names = "--calibration",
      paramLabel = "FILE",
      description = {
        "With --model: what ./myelin calibrate measured (repeatable). Nodes that cannot be",
        "compared exactly here are then judged by the sum of many checks. Default: none."
      })
  private List<Path> calibrations = List.of();

  @Option(
      names = "--fault",
      paramLabel = "KIND",
      description = "Misbehave on purpose: " + ValidatorFault.SYNTAX + ".")
  private @Nullable String fault;

  @Option(
      names = "--exam-context",
      paramLabel = "WORDS",
      description = {
        "With --model: words of context that nodes must sit their exams over, 0 to 4096,",
        "where they claim as much (default: 1024). All validators of a network say the same."
      })
  private @Nullable Integer examContext;

  @Override
  public Integer call() throws Exception {
    Logging.node();
    Set<String> known = new HashSet<>(ChainOptions.KEYS);
    known.addAll(PeerOptions.KEYS);
    known.addAll(
        Set.of(
            "host",
            "port",
            "data",
            "key",
            "model",
            "threads",
            "own-class-only",
            "calibration",
            "exam-context"));
    ConfigFile file = options.file(known);
    int examWords = examContext(file);
    Path folder = options.folder(file, "validator");
    String address = file.text("host", host, "127.0.0.1");
    List<String> modelIds = file.list("model", models);
    int threadCount = file.number("threads", threads, EngineSource.usualThreads(), 1, 512);
    boolean classes = !file.text("own-class-only", ownClassOnly ? "true" : null, "").equals("true");
    Calibrations measured =
        CalibrationFiles.read(
            file.list("calibration", calibrations.stream().map(Path::toString).toList()).stream()
                .map(Path::of)
                .toList());
    ValidatorFault misbehaving = fault();
    Optional<Checking> checking =
        modelIds.isEmpty()
            ? Optional.empty()
            : Optional.of(checking(modelIds, threadCount, classes));
    ValidatorHost validator =
        ValidatorHost.start(
            folder,
            options.operatorKey(file, folder),
            chain.link(file),
            peers.isGiven(file) ? Optional.of(peers.link(file, address, 0)) : Optional.empty(),
            address,
            file.number("port", port, USUAL_PORT, 0, 65_535),
            checking.map(own -> own.models(modelIds, measured)).orElse(OwnModels.NONE),
            misbehaving,
            examWords);
    Thread stop =
        Thread.ofPlatform()
            .name("validator-stop")
            .unstarted(
                () -> {
                  validator.close();
                  checking.ifPresent(Checking::close);
                });
    Runtime.getRuntime().addShutdownHook(stop);
    out().println("validator " + validator.id() + " at " + validator.url());
    out().flush();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    options.watchParent(() -> end.complete(0));
    // Without a parent the process runs until a signal; the shutdown hook does the rest.
    return end.get();
  }

  private int examContext(ConfigFile file) {
    int words = file.number("exam-context", examContext, Exam.USUAL_CONTEXT, 0, Integer.MAX_VALUE);
    if (words > MOST_EXAM_CONTEXT) {
      throw new CommandException(
          "exam-context: %d (expected: 0 to %d; the slowest node that is let in could not read more in the %d s of an exam)"
              .formatted(words, MOST_EXAM_CONTEXT, Exam.MOST_SECONDS));
    }
    return words;
  }

  private ValidatorFault fault() {
    try {
      return fault == null ? ValidatorFault.NONE : ValidatorFault.parse(fault);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  /** What it checks nodes' work with. */
  private record Checking(
      EngineSet engine,
      Optional<String> textModel,
      WorkChecker checker,
      Optional<AnyClassChecker> ofOtherClasses) {

    OwnModels models(List<String> ids, Calibrations measured) {
      CompletableFuture<EngineSet> opened = CompletableFuture.completedFuture(engine);
      return new OwnModels(
          Optional.of(checker),
          ids.contains(SentenceDistances.MODEL)
              ? Optional.of(new SentenceDistances(opened))
              : Optional.empty(),
          textModel.map(model -> new LikelihoodJudge(opened, model)),
          measured);
    }

    void close() {
      ofOtherClasses.ifPresent(AnyClassChecker::close);
      engine.close();
    }
  }

  private static Checking checking(List<String> modelIds, int threadCount, boolean classes) {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      EngineSource source = EngineSource.prepare(modelIds, progress);
      EngineSet engine = source.open(CHECKS, threadCount);
      if (!classes) {
        return new Checking(
            engine, source.textModel(), new PrefillChecker(engine), Optional.empty());
      }
      AnyClassChecker any = new AnyClassChecker(engine, source.otherClasses(threadCount));
      return new Checking(engine, source.textModel(), any, Optional.of(any));
    }
  }
}
