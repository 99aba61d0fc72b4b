package io.myelin.cli.session;

import io.myelin.cli.Folders;
import io.myelin.cli.client.Endpoint;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which gateway, and with which key. */
final class GatewayOptions {
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

  Endpoint endpoint() {
    return Endpoint.find(gateway, key, devnetData());
  }

  Path devnetData() {
    return data != null ? data : Folders.devnet();
  }
}
