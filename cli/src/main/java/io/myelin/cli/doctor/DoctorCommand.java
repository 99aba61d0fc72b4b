package io.myelin.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.chain.ChainException;
import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.NodeLook;
import io.myelin.cli.client.KnownGateway;
import io.myelin.cli.node.ComputeCommand;
import io.myelin.cli.node.ConfigFile;
import io.myelin.cli.node.KeyFile;
import io.myelin.client.ClientException;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.Address;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Looks at this machine and at what the gateway says of its node. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Say why a compute node earns or does not: this machine, its key, its gateway, its figures,",
      "how often it is drawn.",
      "Changes nothing. Ends with status 1 when a check failed."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin doctor                                the running devnet and its nodes",
      "  ./myelin doctor --config node.properties       the node that runs with this file",
      "  ./myelin doctor --gateway http://host:8080 --node 0x1f9a...",
      "  ./myelin doctor --node 0x1f9a... --rpc http://host:8545 --directory 0x5fc8...",
      "",
      "Options and configuration file are those of ./myelin compute."
    })
public final class DoctorCommand extends MyelinCommand {

  @Option(names = "--config", paramLabel = "FILE", description = "The node's properties file.")
  private @Nullable Path config;

  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway it works for (or MYELIN_GATEWAY). Default: the running devnet's.")
  private @Nullable String gateway;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "A model it serves (repeatable). Default: the default models.")
  private List<String> models = List.of();

  @Option(names = "--data", paramLabel = "DIR", description = "The node's data folder.")
  private @Nullable String data;

  @Option(names = "--key", paramLabel = "FILE", description = "The node's operator key.")
  private @Nullable String key;

  @Option(names = "--slots", paramLabel = "N", description = "Tasks at once (default 4).")
  private @Nullable Integer slots;

  @Option(
      names = "--node",
      paramLabel = "ADDRESS",
      description =
          "Ask about this node. Default: the one of the key; without a key, every node there.")
  private @Nullable String node;

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description =
          "The chain's JSON-RPC address, to ask it about the node (repeatable). Default: the"
              + " file's, MYELIN_RPC, the running devnet's; without any only the gateway is asked.")
  private List<String> rpc = List.of();

  @Option(
      names = "--directory",
      paramLabel = "ADDRESS",
      description = "The network's MyelinDirectory. Default: the file's, or the devnet's.")
  private @Nullable String directory;

  @Override
  public Integer call() {
    ConfigFile file = ConfigFile.read(config, ComputeCommand.KEYS);
    Path folder = Path.of(file.text("data", data, Folders.state().resolve("compute").toString()));
    Path keyFile = Path.of(file.text("key", key, folder.resolve("operator.key").toString()));
    int slotCount = file.number("slots", slots, ComputeCommand.DEFAULT_SLOTS, 1, 64);
    Optional<Address> asked = asked();
    PrintWriter out = out();
    List<Finding> findings = new ArrayList<>();
    out.println("This machine");
    show(MachineChecks.of(file.list("model", models), slotCount), findings, out);
    Finding ofKey = MachineChecks.key(keyFile);
    show(List.of(ofKey), findings, out);
    if (asked.isEmpty() && !ofKey.isFailure() && Files.exists(keyFile)) {
      asked = Optional.of(KeyFile.read(keyFile).address());
    }
    // A key that cannot be read leaves nobody to ask about; no key leaves everybody.
    gateway(file.text("gateway", gateway, ""), asked, !ofKey.isFailure(), findings, out);
    asked.ifPresent(address -> chain(file, address, findings, out));
    long failed = findings.stream().filter(Finding::isFailure).count();
    if (failed == 0) {
      out.println("Nothing stands in its way.");
    }
    out.flush();
    if (failed > 0) {
      throw new CommandException(
          failed + (failed == 1 ? " check" : " checks") + " failed; the arrows say what to do");
    }
    return CommandLine.ExitCode.OK;
  }

  private Optional<Address> asked() {
    try {
      return Optional.ofNullable(node).map(Address::parse);
    } catch (IllegalArgumentException e) {
      throw wrong("--node: " + e.getMessage(), e);
    }
  }

  private static void gateway(
      String url,
      Optional<Address> asked,
      boolean everybodyElse,
      List<Finding> findings,
      PrintWriter out) {
    out.println("The gateway");
    JsonNode health;
    JsonNode nodes;
    Optional<JsonNode> gone;
    Endpoint endpoint;
    try {
      endpoint = KnownGateway.find(url.isEmpty() ? null : url, null, Folders.devnet());
      // The doctor asks what everybody may ask; the session's key stays here.
      try (GatewayClient http = new GatewayClient(new Endpoint(endpoint.url(), ""))) {
        health = http.get("/health");
        nodes = http.get("/api/v1/nodes").path("nodes");
        gone = asked.flatMap(address -> gone(http, address));
      }
    } catch (ClientException e) {
      show(
          List.of(
              Finding.failed(
                  "gateway",
                  String.valueOf(e.getMessage()),
                  "check address, port and firewall; a node needs only this one outgoing connection")),
          findings,
          out);
      return;
    }
    show(
        List.of(
            Finding.ok(
                "gateway",
                "%s is %s, version %s, %d nodes connected"
                    .formatted(
                        endpoint.url(),
                        health.path("status").asText(),
                        health.path("softwareVersion").asText(),
                        health.path("nodes").asInt()))),
        findings,
        out);
    boolean found = false;
    for (JsonNode each : nodes) {
      String id = each.path("id").asText();
      if (asked.isPresent() ? asked.get().toString().equals(id) : everybodyElse) {
        found = true;
        out.println("Node " + id);
        show(NodeVerdict.of(each), findings, out);
      }
    }
    if (!found) {
      show(gone.map(NodeVerdict::ofAbsent).orElseGet(() -> List.of(absent(asked))), findings, out);
    }
  }

  /** What the gateway knows of a node of the pool that is not connected to it. */
  private static Optional<JsonNode> gone(GatewayClient http, Address address) {
    try {
      return Optional.of(http.get("/api/v1/nodes/" + address))
          .filter(node -> node.path("reputation").path("suspension").isObject());
    } catch (ClientException e) {
      // It is older, or the chain does not know the node either.
      return Optional.empty();
    }
  }

  /** What every draw goes by, also where no gateway knows the node. */
  private void chain(ConfigFile file, Address address, List<Finding> findings, PrintWriter out) {
    List<String> endpoints = file.list("rpc", rpc);
    String contract = file.text("directory", directory, "");
    boolean named =
        !endpoints.isEmpty() || !contract.isEmpty() || System.getenv("MYELIN_RPC") != null;
    if (!named && !NetworkOptions.isDevnetThere()) {
      return;
    }
    String first = file.text("first-block", null, "");
    out.println("The chain");
    List<Finding> found = new ArrayList<>();
    try (ChainAccess network =
        NetworkOptions.of(
                endpoints,
                contract.isEmpty() ? null : contract,
                first.isEmpty() ? null : Long.valueOf(first))
            .open()) {
      NodeLook look = new NodeLook(network);
      NodeLook.Seen seen = look.at(address);
      found.add(NodeVerdict.of(seen));
      look.appeal(seen).map(NodeVerdict::of).ifPresent(found::add);
    } catch (CommandException | ChainException | NumberFormatException e) {
      String why = String.valueOf(e.getMessage());
      found.add(
          named
              ? Finding.failed("chain", why, "check --rpc and --directory")
              : Finding.note("chain", why, ""));
    }
    show(found, findings, out);
  }

  private static Finding absent(Optional<Address> asked) {
    return asked
        .map(
            address ->
                Finding.failed(
                    "connected",
                    address + " is not connected to this gateway",
                    "start it (./myelin compute); if it runs, its log says why it was turned away"))
        .orElse(
            Finding.failed(
                "connected", "no node to ask about", "start one, or name it with --node"));
  }

  private static void show(List<Finding> some, List<Finding> all, PrintWriter out) {
    some.forEach(finding -> out.println(finding.text()));
    out.flush();
    all.addAll(some);
  }
}
