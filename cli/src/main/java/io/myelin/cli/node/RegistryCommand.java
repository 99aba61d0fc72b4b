package io.myelin.cli.node;

import io.myelin.cli.Logging;
import io.myelin.cli.MyelinCommand;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs one registry node until it is told to stop. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    description = {
      "Run a registry node: others join the network by its record, and ask it over gRPC for peers.",
      "It needs no stake and no ether, and nobody has to trust it. Run two: either may die."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin registry --rpc http://127.0.0.1:8545 --directory 0x5fb1...",
      "  ./myelin registry --rpc https://... --directory 0x5fb1... --bootstrap enr:... \\",
      "      --host 0.0.0.0 --advertise 203.0.113.7",
      "",
      "It prints its record, enr:..., and writes it into its data folder as registry.enr: that is",
      "what gateways, validators and compute nodes take as --bootstrap.",
      "",
      "The configuration file has one `key = value` a line, with the names of the options:",
      "host, port, data, key, rpc, chain-id, directory, first-block, bootstrap, peer-host,",
      "peer-port, advertise, allow-private. A flag wins over the file."
    })
public final class RegistryCommand extends MyelinCommand {
  private static final int USUAL_PORT = 50_050;
  private static final int USUAL_PEER_PORT = 8_828;

  @Mixin private NodeOptions options = new NodeOptions();
  @Mixin private ChainOptions chain = new ChainOptions();
  @Mixin private PeerOptions peers = new PeerOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Where to listen (default 127.0.0.1: this machine only).")
  private @Nullable String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "For gRPC: default 50050; 0 for any free one.")
  private @Nullable Integer port;

  @Override
  public Integer call() throws Exception {
    Logging.node();
    Set<String> known = new HashSet<>(ChainOptions.KEYS);
    known.addAll(PeerOptions.KEYS);
    known.addAll(Set.of("host", "port", "data", "key"));
    ConfigFile file = options.file(known);
    Path folder = options.folder(file, "registry");
    String address = file.text("host", host, "127.0.0.1");
    RegistryHost registry =
        RegistryHost.start(
            folder,
            options.operatorKey(file, folder),
            chain.link(file),
            peers.link(file, address, USUAL_PEER_PORT),
            address,
            file.number("port", port, USUAL_PORT, 0, 65_535));
    Thread stop = Thread.ofPlatform().name("registry-stop").unstarted(registry::close);
    Runtime.getRuntime().addShutdownHook(stop);
    out().println("registry " + registry.id() + " at " + registry.url());
    out().println(registry.record());
    out().flush();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    options.watchParent(() -> end.complete(0));
    // Without a parent the process runs until a signal; the shutdown hook does the rest.
    return end.get();
  }
}
