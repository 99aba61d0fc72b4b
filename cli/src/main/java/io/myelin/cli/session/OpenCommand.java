package io.myelin.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.account.Keystores;
import io.myelin.cli.client.GatewayOptions;
import io.myelin.cli.client.KnownGateway;
import io.myelin.cli.node.KeyFile;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.client.WaitingSession;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.work.VerificationLevel;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Signs a session request and sends it. */
@Command(
    name = "open",
    mixinStandardHelpOptions = true,
    description = {
      "Open a session: sign a request with your account's key and send it to a gateway.",
      "Prints the session's id and its bearer key, which the gateway shows only this once."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin session open                          at the running devnet, with its client's key",
      "  ./myelin session open --gateway https://gateway.example --keystore account.json \\",
      "      --model smollm2-135m-instruct --redundancy 2 --budget-wei 1000000000000000 --expires 2",
      "  ./myelin session open --verification redundant three nodes make each answer",
      "  ./myelin session open --network enr:... --key-file my.key --model smollm2-135m-instruct",
      "  ./myelin session open --any                    whichever gateway of the subnet lives",
      "",
      "--key-file names a file with 64 hex digits and mode 600; --keystore an encrypted one",
      "(./myelin account new)."
    })
final class OpenCommand extends MyelinCommand {
  private static final int MAX_HOURS = 168;

  @Mixin private GatewayOptions where = new GatewayOptions();

  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private @Nullable KeySource source;

  static final class KeySource {
    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "The account's key as hex. Default: the running devnet's client key.")
    @Nullable Path keyFile;

    @Option(
        names = "--keystore",
        paramLabel = "FILE",
        description = "The account's key as an encrypted keystore.")
    @Nullable Path keystore;
  }

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "With --keystore: its password, in the first line. Default: asked for.")
  private @Nullable Path passwordFile;

  @Option(
      names = "--model",
      paramLabel = "ID",
      defaultValue = "*",
      description = "The one model it is for. Default: every model of the gateway.")
  private String model = "*";

  @Option(
      names = "--redundancy",
      paramLabel = "N",
      description = {
        "Nodes that do each task, 1 to 5, each of which is paid. Default: 1, and 3 with",
        "--verification redundant, which takes at least 2."
      })
  private @Nullable Integer redundancy;

  @Option(
      names = "--budget-wei",
      paramLabel = "WEI",
      defaultValue = "1000000000000000000",
      description = "Most it may spend (${DEFAULT-VALUE}).")
  private BigInteger budgetWei = ClientSession.Terms.USUAL_BUDGET_WEI;

  @Option(
      names = "--expires",
      paramLabel = "HOURS",
      defaultValue = "24",
      description = "Hours from now, 1 to 168 (${DEFAULT-VALUE}).")
  private int hours = 24;

  @Option(
      names = "--verification",
      paramLabel = "LEVEL",
      defaultValue = "sampled",
      description = {
        "How the work is checked: none, sampled, redundant or full (${DEFAULT-VALUE}).",
        "What each costs: ./myelin session quote. With redundant several nodes make each answer,",
        "and are compared.",
        "Who checks an answer reads its prompt; with none no validator does."
      })
  private String verification = "sampled";

  @Option(
      names = "--any",
      description = {
        "Let any gateway of the subnet open it: the request waits in the mempool, and when the",
        "gateway that takes it in dies, another one opens it."
      })
  private boolean any;

  @Option(
      names = "--task",
      paramLabel = "FILE",
      description = {
        "With --any: a task to run as soon as the session is open, JSON as POST",
        "/api/v1/sessions/{id}/tasks takes it, at most 32 KiB."
      })
  private @Nullable Path task;

  @Option(
      names = "--nonce",
      paramLabel = "N",
      description = {
        "With --any: the place in the mempool. A request in the same place with a budget a tenth",
        "higher replaces the one before. Default: a new one."
      })
  private @Nullable Long nonce;

  @Option(
      names = "--wait",
      paramLabel = "MINUTES",
      defaultValue = "10",
      description = "With --any: how long it may wait, 1 to 60 (${DEFAULT-VALUE}).")
  private int waitMinutes = 10;

  private VerificationLevel level() {
    try {
      return VerificationLevel.parse(verification);
    } catch (IllegalArgumentException e) {
      throw wrong("--" + e.getMessage());
    }
  }

  @Override
  public Integer call() {
    ClientSession.Terms terms = terms();
    Endpoint endpoint = where.endpoint(model);
    OperatorKey key = key(endpoint);
    out().println(ModelPrices.at(endpoint).line(terms));
    out().flush();
    if (any) {
      return waiting(endpoint, key, terms);
    }
    ClientSession opened = ClientSession.open(endpoint.url(), gatewayId(endpoint), key, terms);
    PrintWriter out = out();
    out.println("session  " + opened.id());
    out.println("key      " + opened.apiKey() + "   (shown only now)");
    out.println("account  " + opened.client());
    out.println();
    out.println("Next, for any OpenAI client:");
    out.println("  export OPENAI_BASE_URL=" + endpoint.at("/v1"));
    out.println("  export OPENAI_API_KEY=" + opened.apiKey());
    out.println("or for ./myelin chat and ./myelin session:");
    out.println("  export MYELIN_GATEWAY=" + endpoint.url());
    out.println("  export MYELIN_API_KEY=" + opened.apiKey());
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private int waiting(Endpoint endpoint, OperatorKey key, ClientSession.Terms terms) {
    PrintWriter out = out();
    WaitingSession waits =
        WaitingSession.bring(
            endpoint,
            key,
            terms,
            nonce == null ? System.currentTimeMillis() : nonce,
            Duration.ofMinutes(waitMinutes),
            task == null ? "" : read(task));
    out.println("session  " + waits.id());
    out.println("key      " + waits.apiKey() + "   (yours; nobody else has it)");
    out.println(
        "waits    in the mempool of "
            + waits.registries()
            + " registry node(s), place "
            + waits.nonce());
    waits.task().ifPresent(id -> out.println("task     " + id));
    out.flush();
    Endpoint open = waits.await(() -> where.gateways(endpoint));
    out.println("open     at " + open.url());
    out.println();
    out.println("Next:");
    out.println("  export MYELIN_GATEWAY=" + open.url());
    out.println("  export MYELIN_API_KEY=" + open.apiKey());
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw CommandException.usage("--task: " + file + " cannot be read: " + e.getMessage());
    }
  }

  private ClientSession.Terms terms() {
    if (!any && (task != null || nonce != null)) {
      throw wrong("--task and --nonce belong to --any");
    }
    if (waitMinutes < 1 || waitMinutes > 60) {
      throw wrong("--wait: " + waitMinutes + " (expected: 1 to 60 minutes)");
    }
    if (nonce != null && nonce < 0) {
      throw wrong("--nonce: " + nonce + " (expected: 0 or more)");
    }
    VerificationLevel level = level();
    int nodes = redundancy == null ? level.usualNodes() : redundancy;
    if (nodes < level.leastNodes() || nodes > 5) {
      throw wrong(
          "--redundancy: "
              + nodes
              + " (expected: "
              + level.leastNodes()
              + " to 5 with --verification "
              + level.label()
              + ")");
    }
    if (budgetWei.signum() <= 0 || budgetWei.bitLength() > 256) {
      throw wrong("--budget-wei: " + budgetWei + " (expected: above 0, below 2^256)");
    }
    if (hours < 1 || hours > MAX_HOURS) {
      throw wrong("--expires: " + hours + " (expected: 1 to " + MAX_HOURS + " hours)");
    }
    if (passwordFile != null && (source == null || source.keystore == null)) {
      throw wrong("--password-file belongs to --keystore");
    }
    return new ClientSession.Terms(model, nodes, budgetWei, Duration.ofHours(hours), level);
  }

  /** The signature is bound to one gateway, so it is asked who it is first. */
  private static Address gatewayId(Endpoint endpoint) {
    try (GatewayClient http = new GatewayClient(endpoint)) {
      return http.gatewayAddress();
    }
  }

  private OperatorKey key(Endpoint endpoint) {
    if (source != null && source.keystore != null) {
      return Keystores.open(source.keystore, passwordFile);
    }
    return KeyFile.read(
        source != null && source.keyFile != null ? source.keyFile : devnetKey(endpoint));
  }

  private Path devnetKey(Endpoint endpoint) {
    Path file = where.devnetData().resolve("devnet.json");
    if (Files.isReadable(file)) {
      JsonNode devnet = KnownGateway.readDevnet(file);
      // The devnet's key is for the devnet: it signs for no other gateway.
      for (JsonNode gateway : devnet.path("gateways")) {
        if (gateway.path("url").asText().equals(endpoint.url().toString())) {
          return Path.of(devnet.path("client").path("keyFile").asText());
        }
      }
    }
    throw new CommandException(
        "no key to sign with: give --key-file or --keystore (make one with ./myelin account new)");
  }
}
