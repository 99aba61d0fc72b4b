package io.myelin.cli.chain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a command that reads or changes a network's contracts: where they are. */
public final class NetworkOptions {
  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description =
          "The chain's JSON-RPC address (or MYELIN_RPC); give several, and one that fails is left"
              + " for the next. Default: the running devnet's.")
  private List<String> rpc = List.of();

  @Option(
      names = "--directory",
      paramLabel = "ADDRESS",
      description = "The network's MyelinDirectory (or MYELIN_DIRECTORY). Default: the devnet's.")
  private @Nullable String directory;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The devnet's data folder, where its chain and keys are looked up.")
  private @Nullable Path data;

  @Option(
      names = "--first-block",
      paramLabel = "N",
      description =
          "The block that the network was deployed in; nothing older is read. Default: found out,"
              + " where the chain's endpoint remembers; else 0.")
  private @Nullable Long firstBlock;

  /** As if these had been typed; for a command with options of the same names for other things. */
  public static NetworkOptions of(
      List<String> rpc, @Nullable String directory, @Nullable Long firstBlock) {
    NetworkOptions options = new NetworkOptions();
    options.rpc = List.copyOf(rpc);
    options.directory = directory;
    options.firstBlock = firstBlock;
    return options;
  }

  /** Whether a devnet runs, or ran, where one is looked for. */
  public static boolean isDevnetThere() {
    return Files.isReadable(Folders.devnet().resolve("devnet.json"));
  }

  /** Whether a network was named at all. */
  public boolean isGiven() {
    return !rpc.isEmpty() || directory != null || data != null;
  }

  /**
   * Opens the network.
   *
   * @throws CommandException when it is not known, nothing answers, or it is another
   */
  public ChainAccess open() {
    if (firstBlock != null && firstBlock < 0) {
      throw CommandException.usage("--first-block: " + firstBlock + " (expected: >= 0)");
    }
    return ChainAccess.open(
        address(), firstBlock == null ? OptionalLong.empty() : OptionalLong.of(firstBlock));
  }

  private NetworkAddress address() {
    Path folder = data != null ? data : Folders.devnet();
    return NetworkAddress.find(
        rpc,
        directory,
        folder,
        devnet(folder.resolve("devnet.json")),
        name -> {
          String value = System.getenv(name);
          return value == null ? "" : value;
        });
  }

  private static @Nullable JsonNode devnet(Path file) {
    if (!Files.isReadable(file)) {
      return null;
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new CommandException(
          file + " is not readable as JSON: start the devnet again (" + e.getMessage() + ")", e);
    }
  }
}
