package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.Logging;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.client.Endpoint;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.compute.NodeExit;
import io.myelin.compute.fault.Fault;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.worker.WorkerEngine;
import io.myelin.engine.worker.WorkerLimits;
import io.myelin.protocol.crypto.OperatorKey;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one compute node until it is told to stop. */
@Command(
    name = "compute",
    mixinStandardHelpOptions = true,
    description = {
      "Run a compute node: it dials gateways, offers its models, and works.",
      "With --bootstrap it finds the gateways of its subnets by itself, and follows them.",
      "With --rpc it also takes tasks of the queue on chain, which no gateway stands behind; then",
      "its key pays gas, so it needs ether. --gateway may be left out.",
      "SIGTERM or Ctrl-C drains it: running tasks finish, new ones are refused."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin compute --gateway http://127.0.0.1:8080",
      "  ./myelin compute --rpc http://127.0.0.1:8545 --directory 0x5fb1... --bootstrap enr:...",
      "  ./myelin compute --config node.properties --slots 8",
      "  ./myelin compute --gateway http://127.0.0.1:8080 --model all-minilm-l6-v2",
      "  ./myelin compute --rpc http://127.0.0.1:8545 --directory 0x5fb1... \\",
      "      --validator http://127.0.0.1:8600 --validator http://127.0.0.1:8601",
      "",
      "The configuration file has one `key = value` a line, with the names of the options:",
      "gateway, gateway-id, model, data, key, slots, threads, drain-seconds, rpc, chain-id,",
      "directory, subnet, validator, first-block, bootstrap, peer-host, peer-port, advertise,",
      "allow-private.",
      "A flag wins over the file. The node's owner registers and stakes it first:",
      "  ./myelin stake node add",
      "Several models or gateways are separated by commas."
    })
public final class ComputeCommand extends MyelinCommand {
  /** Keys of a compute node's configuration file. */
  public static final Set<String> KEYS =
      Stream.of(
              Set.of(
                  "gateway",
                  "gateway-id",
                  "model",
                  "data",
                  "key",
                  "slots",
                  "threads",
                  "drain-seconds"),
              ChainOptions.KEYS,
              PeerOptions.KEYS)
          .flatMap(Set::stream)
          .collect(Collectors.toUnmodifiableSet());

  /** Tasks at once. */
  public static final int DEFAULT_SLOTS = 4;

  private static final int DEFAULT_DRAIN_SECONDS = 30;

  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChainOptions chain = new ChainOptions();
  @Mixin private PeerOptions peers = new PeerOptions();

  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "A gateway to work for (repeatable): they share the node's slots.")
  private List<String> gateways = List.of();

  @Option(
      names = "--gateway-id",
      paramLabel = "ADDRESS",
      description = "Work only for the gateway with this address.")
  private @Nullable String gatewayId;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = {
        "A model of the catalogue, see ./myelin model list (repeatable).",
        "Default: smollm2-135m-instruct for text, all-minilm-l6-v2 for embeddings."
      })
  private List<String> models = List.of();

  @Option(names = "--slots", paramLabel = "N", description = "Tasks at once (default 4).")
  private @Nullable Integer slots;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Native threads of the engine (default: all cores but one).")
  private @Nullable Integer threads;

  @Option(
      names = "--drain-seconds",
      paramLabel = "N",
      description = "Most time running tasks get when the node stops (default 30).")
  private @Nullable Integer drainSeconds;

  @Option(
      names = "--worker",
      paramLabel = "SOCKET",
      description = "Use the engine worker that listens here, instead of an own one.")
  private @Nullable Path worker;

  @Option(
      names = "--fault",
      paramLabel = "KIND",
      description = "Fail on purpose (repeatable): " + Fault.SYNTAX + ".")
  private List<String> faults = List.of();

  @Override
  public Integer call() throws Exception {
    Logging.node();
    ConfigFile file = options.file(KEYS);
    List<String> urls = file.list("gateway", gateways);
    Optional<ChainLink> link =
        chain.isGiven(file)
            ? Optional.of(chain.asking(file, peers.isGiven(file)))
            : Optional.empty();
    if (urls.isEmpty() && link.isEmpty()) {
      throw wrong(
          "--gateway is missing (expected: for example http://host:8080; or --rpc, --directory and"
              + " --bootstrap to find gateways, or --validator to serve the queue on chain)");
    }
    Optional<PeerLink> how =
        peers.isGiven(file) ? Optional.of(peers.link(file, "127.0.0.1", 0)) : Optional.empty();
    if (how.isPresent() && link.isEmpty()) {
      throw wrong("--rpc is missing (expected: a chain, which says whom to believe)");
    }
    List<URI> addresses = urls.stream().map(Endpoint::address).toList();
    Path folder = options.folder(file, "compute");
    int slotCount = file.number("slots", slots, DEFAULT_SLOTS, 1, 64);
    int threadCount = file.number("threads", threads, EngineSource.usualThreads(), 1, 512);
    List<String> modelIds = file.list("model", models);
    String only = file.text("gateway-id", gatewayId, "");
    List<Fault> parsed = faults.stream().map(this::fault).toList();
    int drain = file.number("drain-seconds", drainSeconds, DEFAULT_DRAIN_SECONDS, 0, 3600);
    ComputeNodeSettings settings =
        NodeSettings.of(folder, slotCount, only)
            .withDrainTimeout(Duration.ofSeconds(drain))
            .withDomain(
                link.map(ChainLink::domain)
                    .orElseGet(
                        () ->
                            NetworkDomain.of(
                                chain.chainId(file), chain.directory(file), addresses.getFirst())));
    OperatorKey operator = options.operatorKey(file, folder);
    return run(settings, operator, addresses, link, how, modelIds, threadCount, parsed);
  }

  private int run(
      ComputeNodeSettings settings,
      OperatorKey operator,
      List<URI> urls,
      Optional<ChainLink> link,
      Optional<PeerLink> how,
      List<String> modelIds,
      int threadCount,
      List<Fault> parsed)
      throws Exception {
    ValidatorUrls validators = new ValidatorUrls(link.map(ChainLink::validators).orElse(List.of()));
    List<InferenceEngine> copies = new ArrayList<>();
    try (InferenceEngine engine = engine(modelIds, settings.tasks().slots(), threadCount);
        ComputeNode node =
            ComputeHost.start(
                settings,
                operator,
                engine,
                urls,
                parsed,
                Optional.of(() -> Runtime.getRuntime().halt(137)),
                how.map(one -> new ComputeHost.Finding(one, link.orElseThrow(), validators)),
                type -> copy(modelIds, type, settings, threadCount, copies));
        @Nullable QueueHost queue =
            link.isEmpty()
                ? null
                : QueueHost.start(
                    settings.dataFolder(),
                    operator,
                    link.get(),
                    validators,
                    node,
                    engine,
                    settings.tasks().slots(),
                    NodeFaults.rounds(parsed))) {
      Thread drain =
          Thread.ofPlatform()
              .name("drain")
              .unstarted(() -> node.drain("the process was told to stop").join());
      Runtime.getRuntime().addShutdownHook(drain);
      options.watchParent(() -> node.drain("the process that started it is gone").join());
      out()
          .println(
              "compute node "
                  + node.address()
                  + urls.stream().map(url -> " -> " + url).collect(Collectors.joining())
                  + (how.isEmpty() ? "" : " -> the gateways that it finds")
                  + (queue == null ? "" : " -> the queue on chain"));
      out().flush();
      NodeExit exit = node.exit().get();
      return switch (exit.kind()) {
        case DRAINED, CLOSED -> 0;
        case REJECTED -> throw new CommandException(exit.message());
      };
    } finally {
      copies.forEach(InferenceEngine::close);
    }
  }

  /** For a node that cheats. */
  private InferenceEngine copy(
      List<String> modelIds,
      String type,
      ComputeNodeSettings settings,
      int threadCount,
      List<InferenceEngine> opened) {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      InferenceEngine copy =
          EngineSource.prepare(modelIds, progress)
              .copy(
                  type,
                  settings.dataFolder().resolve("copies"),
                  settings.tasks().slots(),
                  threadCount);
      opened.add(copy);
      return copy;
    }
  }

  private InferenceEngine engine(List<String> modelIds, int slotCount, int threadCount) {
    if (worker != null) {
      return WorkerEngine.attach(worker, WorkerLimits.DEFAULT);
    }
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      return EngineSource.prepare(modelIds, progress).open(slotCount, threadCount);
    }
  }

  private Fault fault(String text) {
    try {
      return Fault.parse(text);
    } catch (IllegalArgumentException e) {
      throw wrong(String.valueOf(e.getMessage()), e);
    }
  }
}
