package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.devnet.fault.FaultPlan;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.node.EngineSource;
import io.myelin.compute.fault.Fault;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.validator.ValidatorFault;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Starts the whole network on this machine. */
@Command(
    name = "devnet",
    mixinStandardHelpOptions = true,
    description = {
      "Start the whole network on this machine, in the foreground until Ctrl-C.",
      "With --ask: ask once, show and check the receipt, stop everything.",
      "Not part of the network yet: the dashboard."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin devnet --ask \"What is the capital of France?\"",
      "  ./myelin devnet --compute 2 --port 9000",
      "  ./myelin devnet --subnets 2 --gateways 3",
      "  ./myelin devnet --fault crash-at-token:5@1 --ask \"Count to twenty.\"",
      "  ./myelin devnet --fault substitute@compute-2      a cheat is caught: watch the console",
      "  ./myelin devnet --gateways 2 --fault drop-receipts@gateway-2",
      "  ./myelin devnet --fault yes@validator-2 --fault no@validator-4",
      "  ./myelin devnet --verification redundant --fault edit@2 --ask \"What do bees make?\"",
      "",
      "What runs where stands in devnet.json in the data folder while it runs."
    })
public final class DevnetCommand extends MyelinCommand {

  /** As many as must agree. */
  private static final int LEAST_VALIDATORS = 3;

  @Option(names = "--ask", paramLabel = "PROMPT", description = "Ask once, then stop everything.")
  private @Nullable String prompt;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The first gateway's; 0 for any free one (default ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--subnets",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "Subnets, 1 to 4, among which the models are shared out (default ${DEFAULT-VALUE}).",
        "Gateways beyond the first N serve all of them."
      })
  private int subnets;

  @Option(
      names = "--gateways",
      paramLabel = "N",
      defaultValue = "1",
      description = "Gateways, on consecutive ports (default ${DEFAULT-VALUE}).")
  private int gateways;

  @Option(
      names = "--compute",
      paramLabel = "N",
      defaultValue = "4",
      description = "Compute nodes, spread over the gateways (default ${DEFAULT-VALUE}).")
  private int computeNodes;

  @Option(
      names = "--validators",
      paramLabel = "N",
      defaultValue = "5",
      description = "Validators, each with an owner of its own (default ${DEFAULT-VALUE}).")
  private int validators;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = {
        "A model of the catalogue, see ./myelin model list (repeatable).",
        "Default: smollm2-135m-instruct for text, all-minilm-l6-v2 for embeddings."
      })
  private List<String> models = List.of();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Keys, journals, receipts, devnet.json (default: in the user's state folder).")
  private @Nullable Path data;

  @Option(
      names = "--processes",
      description = "Every node in a process of its own, so that each can be killed.")
  private boolean processes;

  @Option(
      names = "--verification",
      paramLabel = "LEVEL",
      defaultValue = "sampled",
      description = {
        "How the work of its session is checked: none, sampled, redundant or full",
        "(${DEFAULT-VALUE}). With redundant three nodes make each answer and are compared."
      })
  private String verification = "sampled";

  @Option(
      names = "--fault",
      paramLabel = "KIND@WHO",
      description = {
        "Who fails on purpose (repeatable). Of a compute node, such as 2 or compute-2:",
        Fault.SYNTAX + ".",
        "Of a validator, such as validator-2: " + ValidatorFault.SYNTAX + ";",
        "collude is of two or more, as in collude@validator-1+validator-2; to judge yes,",
        "the local chain's clock is put forward by an epoch or two.",
        "Of a gateway but the first, such as gateway-2: " + GatewayFault.SYNTAX + "."
      })
  private List<String> faults = List.of();

  @Override
  public Integer call() throws Exception {
    long startNanos = System.nanoTime();
    DevnetPlan plan = plan();
    PrintWriter out = out();
    EngineSource source;
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      source = EngineSource.prepare(models, progress);
    }
    String asked = prompt == null ? "" : modelToAsk(source);
    try (Devnet devnet = Devnet.prepare(plan, source)) {
      Thread stop = Thread.ofPlatform().name("devnet-stop").unstarted(devnet::close);
      Runtime.getRuntime().addShutdownHook(stop);
      devnet.start();
      double seconds = (System.nanoTime() - startNanos) / 1e9;
      DevnetSummary.print(devnet, seconds, prompt == null, out);
      if (prompt == null) {
        watch(devnet, out);
        return untilStopped();
      }
      Address gateway = devnet.gateways().getFirst().member().id();
      boolean held = new Asking(devnet.session(), gateway, plan.data(), out).ask(asked, prompt);
      if (!held) {
        throw new CommandException("the receipt does not hold");
      }
      if (plan.hasCheats() && !new CheatWatch(devnet, asked, out).untilCaught()) {
        throw new CommandException("the node that cheats was not caught");
      }
      PartyWatch parties = new PartyWatch(devnet, asked, out);
      if (!parties.untilKnown()) {
        throw new CommandException("a defence against a validator or a gateway did not hold");
      }
      new Payday(devnet, out).settle();
      if (!parties.untilPaid()) {
        throw new CommandException("what a gateway did was not made good");
      }
      return 0;
    }
  }

  /** With somebody who cheats: a little load of one's own, until that is known to all. */
  private void watch(Devnet devnet, PrintWriter out) {
    if (!devnet.plan().hasCheats() && devnet.plan().parties().isEmpty()) {
      return;
    }
    String model = modelToAsk(devnet.starter().source());
    var _ =
        Thread.ofVirtual()
            .name("cheat-watch")
            .start(
                () -> {
                  boolean held = cheatsCaught(devnet, model, out);
                  // The chain's clock is put forward only to judge a validator that signs unread
                  // (yes); what is paid when time is over is left out, as users are still asking.
                  held &= new PartyWatch(devnet, model, out).untilKnown();
                  if (!held) {
                    out.println("A DEFENCE DID NOT HOLD, or could not be shown: see above.");
                    out.flush();
                  }
                });
  }

  private static boolean cheatsCaught(Devnet devnet, String model, PrintWriter out) {
    try {
      return !devnet.plan().hasCheats() || new CheatWatch(devnet, model, out).untilCaught();
    } catch (RuntimeException e) {
      out.println("Broken off: " + (e.getMessage() == null ? e : e.getMessage()));
      out.flush();
      return false;
    }
  }

  private String modelToAsk(EngineSource source) {
    return source
        .textModel()
        .orElseThrow(
            () ->
                wrong(
                    "--ask: none of "
                        + source.modelIds()
                        + " generates text (expected: a --model that does)"));
  }

  /** Ctrl-C and SIGTERM end the process; the shutdown hook does the rest. */
  private static int untilStopped() throws Exception {
    return new CompletableFuture<Integer>().get();
  }

  private DevnetPlan plan() {
    range("--port", port, 0, 65_535);
    range("--subnets", subnets, 1, 4);
    range("--gateways", gateways, 1, 16);
    range("--compute", computeNodes, 1, 64);
    if (subnets > gateways) {
      throw wrong("--subnets: " + subnets + " (expected: at most --gateways, " + gateways + ")");
    }
    int catalogued = models.isEmpty() ? ModelCatalogue.DEFAULT_MODELS.size() : distinctModels();
    if (subnets > catalogued) {
      throw wrong(
          "--subnets: "
              + subnets
              + " (expected: at most the number of models, "
              + catalogued
              + "; give more with --model)");
    }
    if (gateways > computeNodes) {
      throw wrong(
          "--gateways: " + gateways + " (expected: at most --compute, " + computeNodes + ")");
    }
    range("--validators", validators, LEAST_VALIDATORS, 64);
    FaultPlan wanted;
    try {
      wanted = FaultPlan.parse(faults, new FaultPlan.Size(computeNodes, validators, gateways));
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
    VerificationLevel level = level();
    if (level == VerificationLevel.NONE
        && wanted.nodes().values().stream().flatMap(List::stream).anyMatch(Fault::cheats)) {
      throw wrong(
          "--verification: none, with a --fault that cheats (expected: sampled, redundant or full;"
              + " at none nobody looks at any work, so nobody can find it)");
    }
    return new DevnetPlan(
        "127.0.0.1",
        port,
        subnets,
        gateways,
        computeNodes,
        validators,
        level,
        data != null ? data : Folders.devnet(),
        processes,
        wanted.nodes(),
        wanted.nodeTexts(),
        wanted.parties());
  }

  private VerificationLevel level() {
    VerificationLevel level;
    try {
      level = VerificationLevel.parse(verification);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
    if (computeNodes / subnets < level.leastNodes()) {
      throw wrong(
          "--verification: "
              + level.label()
              + " (expected: at least "
              + level.leastNodes()
              + " compute nodes in each subnet, to be compared)");
    }
    return level;
  }

  private int distinctModels() {
    return (int) models.stream().map(id -> id.toLowerCase(Locale.ROOT)).distinct().count();
  }

  private void range(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw wrong(option + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }
}
