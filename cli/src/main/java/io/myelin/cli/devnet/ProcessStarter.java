package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.KeyFile;
import io.myelin.cli.node.Redundancy;
import io.myelin.cli.node.RegistryHost;
import io.myelin.client.ClientException;
import io.myelin.client.Endpoint;
import io.myelin.gateway.fault.GatewayFault;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.validator.ValidatorFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Every node in a process of its own; each compute node with workers of its own. */
final class ProcessStarter implements NodeStarter {
  /** A loaded machine is slow; who dies is seen at once. */
  private static final Duration GATEWAY_START = Duration.ofMinutes(3);

  private final DevnetPlan plan;
  private final EngineSource source;

  /** Given to processes that may not listen there yet. */
  private final Set<Integer> given = new HashSet<>();

  ProcessStarter(DevnetPlan plan, EngineSource source) {
    this.plan = plan;
    this.source = source;
  }

  @Override
  public RegistryMember registry(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.registryFolder(number);
    OperatorKey key = KeyFile.loadOrCreate(folder.resolve("operator.key"));
    int port = free(0);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "registry",
                "--host",
                plan.host(),
                "--port",
                Integer.toString(port),
                "--peer-port",
                "0",
                "--data",
                folder.toString()));
    arguments.addAll(chainArguments(chain));
    arguments.addAll(bootstrapArguments(bootstrap));
    Path record = folder.resolve(RegistryHost.RECORD_FILE);
    try {
      Files.deleteIfExists(record);
    } catch (IOException e) {
      throw new CommandException(record + " cannot be replaced: " + e.getMessage(), e);
    }
    ChildMember child =
        ChildMember.start(
            "registry " + number, key.address(), arguments, folder.resolve("registry.log"));
    try {
      String text = Waiting.untilWritten(record, child, GATEWAY_START);
      return new RegistryMember(child, URI.create("http://" + plan.host() + ":" + port), text);
    } catch (ClientException e) {
      child.stop();
      child.awaitStopped();
      throw e;
    }
  }

  private static List<String> bootstrapArguments(List<String> bootstrap) {
    return bootstrap.stream().flatMap(record -> Stream.of("--bootstrap", record)).toList();
  }

  @Override
  public ValidatorMember validator(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.validatorFolder(number);
    OperatorKey key = KeyFile.loadOrCreate(folder.resolve("operator.key"));
    int port = free(0);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "validator",
                "--host",
                plan.host(),
                "--port",
                Integer.toString(port),
                "--data",
                folder.toString()));
    arguments.addAll(chainArguments(chain));
    arguments.addAll(bootstrapArguments(bootstrap));
    ValidatorFault fault = plan.parties().ofValidator(number);
    if (fault != ValidatorFault.NONE) {
      arguments.addAll(List.of("--fault", fault.label()));
    }
    if (plan.hasCheats() && number <= DevnetPlan.CHECKING_VALIDATORS) {
      // Each has an engine of its own, which only a cheat is worth on one machine.
      for (String model : source.modelIds()) {
        arguments.addAll(List.of("--model", model, "--threads", "1"));
      }
      arguments.addAll(List.of("--exam-context", Integer.toString(DevnetPlan.EXAM_CONTEXT)));
    }
    ChildMember child =
        ChildMember.start(
            "validator " + number, key.address(), arguments, folder.resolve("validator.log"));
    URI url = URI.create("http://" + plan.host() + ":" + port);
    try {
      Waiting.untilListening(url, child, GATEWAY_START);
    } catch (ClientException e) {
      child.stop();
      child.awaitStopped();
      throw e;
    }
    return new ValidatorMember(child, url);
  }

  private static List<String> chainArguments(ChainLink chain) {
    return List.of(
        "--rpc",
        chain.rpc().getFirst().toString(),
        "--chain-id",
        Long.toString(chain.chainId()),
        "--directory",
        chain.directory().toString());
  }

  @Override
  public GatewayMember gateway(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.gatewayFolder(number);
    OperatorKey key = KeyFile.loadOrCreate(folder.resolve("operator.key"));
    int port = free(plan.portOf(number));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "gateway",
                "--host",
                plan.host(),
                "--port",
                Integer.toString(port),
                "--data",
                folder.toString()));
    arguments.addAll(chain.subnetArguments());
    arguments.addAll(chainArguments(chain));
    arguments.addAll(bootstrapArguments(bootstrap));
    if (plan.verification() == VerificationLevel.REDUNDANT
        && source.modelIds().contains(Redundancy.MODEL)) {
      arguments.add("--poi");
    }
    GatewayFault fault = plan.parties().gateways().get(number);
    if (fault != null) {
      arguments.addAll(List.of("--fault", fault.label()));
    }
    ChildMember child =
        ChildMember.start(
            "gateway " + number, key.address(), arguments, folder.resolve("gateway.log"));
    URI url = new Endpoint(URI.create("http://" + plan.host() + ":" + port), "").url();
    try {
      Waiting.untilHealthy(url, child, GATEWAY_START);
    } catch (ClientException e) {
      child.stop();
      child.awaitStopped();
      throw e;
    }
    return new GatewayMember(child, url);
  }

  private int probe(int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(plan.host()), port));
      return probe.getLocalPort();
    }
  }

  /** The port when nobody has it; any free one for 0. */
  private synchronized int free(int port) {
    try {
      int found = probe(port);
      while (!given.add(found) && port == 0) {
        found = probe(0);
      }
      return found;
    } catch (IOException e) {
      throw new CommandException(
          "port "
              + port
              + " on "
              + plan.host()
              + " cannot be used ("
              + e.getMessage()
              + "): stop what listens there, or choose another with --port",
          e);
    }
  }

  @Override
  public Member compute(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.computeFolder(number);
    OperatorKey key = KeyFile.loadOrCreate(folder.resolve("operator.key"));
    int threads = Math.max(1, EngineSource.usualThreads() / plan.computeNodes());
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "compute",
                "--data",
                folder.toString(),
                "--slots",
                Integer.toString(DevnetPlan.SLOTS),
                "--drain-seconds",
                Integer.toString(DevnetPlan.DRAIN_SECONDS),
                "--threads",
                Integer.toString(threads)));
    arguments.addAll(chainArguments(chain));
    arguments.addAll(chain.subnetArguments());
    arguments.addAll(bootstrapArguments(bootstrap));
    for (String model : plan.layout().modelsOfNode(number, source.modelIds())) {
      arguments.add("--model");
      arguments.add(model);
    }
    for (String fault : plan.faultTexts().getOrDefault(number, List.of())) {
      arguments.add("--fault");
      arguments.add(fault);
    }
    return ChildMember.start(
        "compute " + number, key.address(), arguments, folder.resolve("compute.log"));
  }

  @Override
  public EngineSource source() {
    return source;
  }

  @Override
  public String engine() {
    return "each compute node has a worker process of its own for each model";
  }

  @Override
  public void close() {}
}
