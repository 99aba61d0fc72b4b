package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.Logging;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.engine.InferenceEngine;
import io.myelin.gateway.chain.Conduct;
import io.myelin.gateway.fault.GatewayFault;
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

/** Runs one gateway until it is told to stop. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = {
      "Run a gateway: clients and compute nodes come to its one port.",
      "Sessions, prices, nodes and money are on its network's chain; validators approve and settle."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin gateway --rpc http://127.0.0.1:8545 --directory 0x5fb1... --subnet 90ab... \\",
      "      --validator http://127.0.0.1:8600 --validator http://127.0.0.1:8601",
      "  ./myelin gateway --rpc http://127.0.0.1:8545 --directory 0x5fb1... --subnet 90ab... \\",
      "      --bootstrap enr:...                  finds the validators, and is found",
      "  ./myelin gateway --config gateway.properties --host 0.0.0.0",
      "",
      "The configuration file has one `key = value` a line, with the names of the options:",
      "host, port, url, data, key, rpc, chain-id, directory, subnet, validator, first-block,",
      "bootstrap, peer-host, peer-port, advertise, allow-private, poi.",
      "A flag wins over the file; several endpoints, subnets or validators are separated by commas."
    })
public final class GatewayCommand extends MyelinCommand {
  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChainOptions chain = new ChainOptions();
  @Mixin private PeerOptions peers = new PeerOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Where to listen (default 127.0.0.1: this machine only).")
  private @Nullable String host;

  @Option(names = "--port", paramLabel = "PORT", description = "Default 8080; 0 for any free one.")
  private @Nullable Integer port;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Its address as clients see it, behind a proxy; receipts' URLs begin with it.")
  private @Nullable String url;

  @Option(
      names = "--poi",
      description = {
        "Compare answers of redundant sessions by what they mean, with all-minilm-l6-v2 in a",
        "worker of its own. Without it only nodes of one class of processor are told apart."
      })
  private boolean poi;

  @Option(
      names = "--fault",
      paramLabel = "KIND",
      description = "Cheat on purpose: " + GatewayFault.SYNTAX + ".")
  private @Nullable String fault;

  /** In a worker: native faults must not end the gateway. */
  private static InferenceEngine embeddings() {
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      return EngineSource.prepare(List.of(Redundancy.MODEL), progress).open(1, 1);
    }
  }

  @Override
  public Integer call() throws Exception {
    Logging.node();
    Set<String> known = new HashSet<>(ChainOptions.KEYS);
    known.addAll(PeerOptions.KEYS);
    known.addAll(Set.of("host", "port", "url", "data", "key", "poi"));
    ConfigFile file = options.file(known);
    Path folder = options.folder(file, "gateway");
    String address = file.text("host", host, "127.0.0.1");
    int number = file.number("port", port, 8080, 0, 65_535);
    String publicUrl = publicUrl(file.text("url", url, ""));
    Conduct conduct = conduct();
    boolean compares = poi || file.text("poi", null, "false").equals("true");
    Optional<InferenceEngine> engine = compares ? Optional.of(embeddings()) : Optional.empty();
    GatewayHost gateway =
        GatewayHost.start(
            folder,
            options.operatorKey(file, folder),
            chain.link(file, true, peers.isGiven(file)),
            peers.isGiven(file) ? Optional.of(peers.link(file, address, 0)) : Optional.empty(),
            engine.map(Redundancy::by),
            address,
            number,
            publicUrl,
            conduct);
    Thread stop =
        Thread.ofPlatform()
            .name("gateway-stop")
            .unstarted(
                () -> {
                  gateway.close();
                  engine.ifPresent(InferenceEngine::close);
                });
    Runtime.getRuntime().addShutdownHook(stop);
    out().println("gateway " + gateway.id() + " at " + gateway.url());
    out().flush();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    options.watchParent(() -> end.complete(0));
    // Without a parent the process runs until a signal; the shutdown hook does the rest.
    return end.get();
  }

  private Conduct conduct() {
    try {
      return fault == null ? Conduct.HONEST : GatewayFault.parse(fault).conduct();
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  private static String publicUrl(String text) {
    if (text.isEmpty() || text.matches("https?://[^/?#\\s]+")) {
      return text;
    }
    throw new CommandException(
        "url: " + text + " (expected: https://host or http://host:port, without a path)");
  }
}
