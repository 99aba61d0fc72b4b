package io.myelin.cli.mempool;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.client.KnownGateway;
import io.myelin.client.NetworkFinder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a command that talks to registry nodes. */
final class RegistryOptions {
  /** A request is valid for no longer. */
  static final Duration LONGEST_WAIT = Duration.ofHours(1);

  @Option(
      names = "--network",
      paramLabel = "RECORD",
      description = {
        "The record, enr:..., of a registry node, or a file that holds some. Default: the running",
        "devnet's."
      })
  private @Nullable String network;

  /** Where they answer. */
  List<URI> nodes() {
    if (network != null) {
      return NetworkFinder.registries(NetworkFinder.records(network));
    }
    Path file = Folders.devnet().resolve("devnet.json");
    List<URI> all = new ArrayList<>();
    if (Files.isReadable(file)) {
      for (JsonNode registry : KnownGateway.readDevnet(file).path("registry")) {
        all.add(URI.create(registry.path("grpc").asText()));
      }
    }
    if (all.isEmpty()) {
      throw new CommandException(
          "no registry node known: start ./myelin devnet, or give --network enr:...");
    }
    return all;
  }
}
