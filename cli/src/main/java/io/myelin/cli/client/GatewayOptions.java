package io.myelin.cli.client;

import io.myelin.cli.Folders;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a command that talks to a gateway as a client: which one, and with which key. */
public final class GatewayOptions {
  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway's address (or MYELIN_GATEWAY). Default: the running devnet's.")
  private @Nullable String gateway;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The session's bearer key (or MYELIN_API_KEY).")
  private @Nullable String key;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The devnet's data folder, where its address and keys are looked up.")
  private @Nullable Path data;

  /** The gateway and the key to use there. */
  public Endpoint endpoint() {
    return Endpoint.find(gateway, key, devnetData());
  }

  /** Where the devnet keeps its address and keys. */
  public Path devnetData() {
    return data != null ? data : Folders.devnet();
  }
}
