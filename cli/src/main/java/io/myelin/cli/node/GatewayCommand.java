package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.Logging;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs one gateway until it is told to stop. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = {
      "Run a gateway: clients and compute nodes come to its one port.",
      "Sessions, prices and admission are local to it: there is no chain yet."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin gateway --port 8080",
      "  ./myelin gateway --config gateway.properties --host 0.0.0.0",
      "",
      "The configuration file has one `key = value` a line, with the names of the options:",
      "host, port, url, data, key. A flag wins over the file."
    })
public final class GatewayCommand implements Callable<Integer> {
  private static final Set<String> KEYS = Set.of("host", "port", "url", "data", "key");

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "Settings as a properties file.")
  private @Nullable Path config;

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
      names = "--data",
      paramLabel = "DIR",
      description = "Where key and journal lie; one folder for each gateway.")
  private @Nullable String data;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The operator key; made when absent. Default: operator.key in the data folder.")
  private @Nullable String key;

  @Option(names = "--child", hidden = true, description = "End when standard input ends.")
  private boolean child;

  @Override
  public Integer call() throws Exception {
    Logging.node();
    ConfigFile file = ConfigFile.read(config, KEYS);
    Path folder = Path.of(file.text("data", data, Folders.state().resolve("gateway").toString()));
    Path keyFile = Path.of(file.text("key", key, folder.resolve("operator.key").toString()));
    String address = file.text("host", host, "127.0.0.1");
    int number = file.number("port", port, 8080, 0, 65_535);
    String publicUrl = publicUrl(file.text("url", url, ""));
    GatewayHost gateway =
        GatewayHost.start(folder, KeyFile.loadOrCreate(keyFile), address, number, publicUrl);
    Thread stop = Thread.ofPlatform().name("gateway-stop").unstarted(gateway::close);
    Runtime.getRuntime().addShutdownHook(stop);
    spec.commandLine().getOut().println("gateway " + gateway.id() + " at " + gateway.url());
    spec.commandLine().getOut().flush();
    CompletableFuture<Integer> end = new CompletableFuture<>();
    if (child) {
      ParentWatch.start(() -> end.complete(0));
    }
    // Without a parent the process runs until a signal; the shutdown hook does the rest.
    return end.get();
  }

  private static String publicUrl(String text) {
    if (text.isEmpty() || text.matches("https?://[^/?#\\s]+")) {
      return text;
    }
    throw new CommandException(
        "url: " + text + " (expected: https://host or http://host:port, without a path)");
  }
}
