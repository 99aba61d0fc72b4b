package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.genesis.DevnetChain;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.compute.fault.Fault;
import io.myelin.protocol.ids.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running local network. Closing it stops everything it started. */
final class Devnet implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(Devnet.class);
  private static final Duration JOIN = Duration.ofMinutes(2);

  private final DevnetPlan plan;
  private final FileChannel lock;
  private final NodeStarter starter;
  private final List<RegistryMember> registries = new ArrayList<>();
  private final List<ValidatorMember> validators = new ArrayList<>();
  private final List<GatewayMember> gateways = new ArrayList<>();
  private final List<Member> computeNodes = new ArrayList<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private @Nullable DevnetChain chain;
  private @Nullable Roster roster;
  private @Nullable ClientSession session;

  private Devnet(DevnetPlan plan, FileChannel lock, NodeStarter starter) {
    this.plan = plan;
    this.lock = lock;
    this.starter = starter;
  }

  /**
   * Prepares; {@link #start} starts.
   *
   * @throws CommandException when another devnet uses the data folder
   */
  static Devnet prepare(DevnetPlan plan, EngineSource source) {
    FileChannel lock = lock(plan.data());
    return new Devnet(
        plan,
        lock,
        plan.processes() ? new ProcessStarter(plan, source) : new InProcessStarter(plan, source));
  }

  private static FileChannel lock(Path data) {
    try {
      Files.createDirectories(data);
      FileChannel channel =
          FileChannel.open(
              data.resolve("devnet.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean free;
      try {
        free = channel.tryLock() != null;
      } catch (OverlappingFileLockException e) {
        free = false;
      }
      if (!free) {
        channel.close();
        throw new CommandException(
            "a devnet is running with the data folder "
                + data
                + ": stop it, or give this one its own with --data");
      }
      return channel;
    } catch (IOException e) {
      throw new CommandException("data folder " + data + ": " + e.getMessage(), e);
    }
  }

  /** Returns when every node is connected and a session is open. */
  synchronized void start() {
    FreshStart.clear(plan);
    Roster people = Network.roster(plan);
    roster = people;
    DevnetChain ground = Network.chain(plan, people, starter.source());
    chain = ground;
    ChainLink link = Network.link(ground);
    List<String> bootstrap = new ArrayList<>();
    for (int number = 1; number <= DevnetPlan.REGISTRIES; number++) {
      requireOpen();
      RegistryMember registry = starter.registry(number, link, bootstrap);
      registries.add(registry);
      bootstrap.add(registry.record());
    }
    SubnetLayout layout = plan.layout();
    startAll(
        plan.validators(),
        number -> starter.validator(number, link, bootstrap),
        validators,
        "validator");
    startAll(
        plan.gateways(),
        number ->
            starter.gateway(number, link.serving(ids(layout.subnetsOf(number), ground)), bootstrap),
        gateways,
        "gateway");
    startAll(
        plan.computeNodes(),
        number ->
            starter.compute(
                number, link.serving(ids(List.of(layout.subnetOf(number)), ground)), bootstrap),
        computeNodes,
        "compute node");
    for (int number = 1; number <= plan.gateways(); number++) {
      Waiting.untilJoined(gateways.get(number - 1).url(), nodesOf(number), JOIN);
    }
    GatewayMember first = gateways.getFirst();
    ClientSession opened =
        ClientSession.open(
            first.url(),
            first.member().id(),
            people.client(),
            ClientSession.Terms.usual(sessionModel(), plan.redundancy())
                .checking(plan.verification()));
    session = opened;
    try {
      DevnetFile.write(
          plan.data(),
          gateways,
          computeNodes,
          validators,
          registries,
          ground,
          plan.layout(),
          starter.modelIds(),
          opened,
          plan.clientKey());
    } catch (IOException e) {
      throw new CommandException("devnet.json cannot be written: " + e.getMessage(), e);
    }
    for (Member node : computeNodes) {
      var _ =
          node.ended()
              .thenAccept(
                  why -> {
                    if (!closed.get()) {
                      logger.warn("{} ended: {}", node.name(), why);
                    }
                  });
    }
  }

  private static List<Digest> ids(List<Integer> subnets, DevnetChain ground) {
    return subnets.stream().map(subnet -> ground.subnetIds().get(subnet - 1)).toList();
  }

  /** All at once; those that came up are there to be closed even when another did not. */
  private <T> void startAll(int count, IntFunction<T> start, List<T> started, String what) {
    requireOpen();
    List<Future<T>> starting;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      starting =
          IntStream.rangeClosed(1, count)
              .mapToObj(number -> threads.submit(() -> start.apply(number)))
              .toList();
    }
    Throwable failure = null;
    for (Future<T> one : starting) {
      if (one.state() == Future.State.SUCCESS) {
        started.add(one.resultNow());
      } else {
        failure = one.exceptionNow();
      }
    }
    if (failure != null) {
      throw failure instanceof ClientException known
          ? known
          : new CommandException("a " + what + " did not start: " + failure.getMessage(), failure);
    }
  }

  /** One key for all models of the first subnet: each of its nodes serves them all. */
  private String sessionModel() {
    List<String> models = plan.layout().modelsOf(1, starter.modelIds());
    return models.size() == 1 ? models.getFirst() : ClientSession.ANY_MODEL;
  }

  /** Every node of the gateway's subnets finds it. */
  private List<Member> nodesOf(int gateway) {
    SubnetLayout layout = plan.layout();
    List<Member> nodes = new ArrayList<>();
    for (int number = 1; number <= computeNodes.size(); number++) {
      boolean staysOut =
          plan.faults().getOrDefault(number, List.of()).stream().anyMatch(Fault::staysOut);
      if (!staysOut && layout.subnetsOf(gateway).contains(layout.subnetOf(number))) {
        nodes.add(computeNodes.get(number - 1));
      }
    }
    return nodes;
  }

  private void requireOpen() {
    if (closed.get()) {
      throw new CommandException("stopped while starting");
    }
  }

  List<RegistryMember> registries() {
    return List.copyOf(registries);
  }

  List<ValidatorMember> validators() {
    return List.copyOf(validators);
  }

  DevnetChain chain() {
    DevnetChain running = chain;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return running;
  }

  /** The next devnet of this folder gets a new chain. */
  void chainIsOver() {
    FreshStart.mark(plan);
  }

  Roster roster() {
    Roster people = roster;
    if (people == null) {
      throw new IllegalStateException("not started");
    }
    return people;
  }

  List<GatewayMember> gateways() {
    return List.copyOf(gateways);
  }

  List<Member> computeNodes() {
    return List.copyOf(computeNodes);
  }

  NodeStarter starter() {
    return starter;
  }

  DevnetPlan plan() {
    return plan;
  }

  ClientSession session() {
    ClientSession opened = session;
    if (opened == null) {
      throw new IllegalStateException("not started");
    }
    return opened;
  }

  /** Stops everything, compute nodes first so that they can finish. Safe to call twice. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      // Another thread closes; wait until it is done.
      synchronized (this) {
        return;
      }
    }
    synchronized (this) {
      try {
        Files.deleteIfExists(DevnetFile.in(plan.data()));
      } catch (IOException e) {
        logger.warn("devnet.json cannot be deleted: {}", e.getMessage());
      }
      ClientSession opened = session;
      if (opened != null) {
        quietly("closing the session", opened::close);
      }
      stop(computeNodes);
      stop(gateways.stream().map(GatewayMember::member).toList());
      // Neither needs the other to end; a server's end takes seconds, also of one that is idle.
      stop(
          Stream.concat(
                  validators.stream().map(ValidatorMember::member),
                  registries.stream().map(RegistryMember::member))
              .toList());
      DevnetChain running = chain;
      if (running != null) {
        quietly("the chain", running::close);
      }
      quietly("the engine", starter::close);
      try {
        lock.close();
      } catch (IOException e) {
        logger.warn("the data folder stays locked: {}", e.getMessage());
      }
    }
  }

  /** Each takes its time, and all take it at once. */
  private static void stop(List<Member> members) {
    members.forEach(Member::stop);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      members.forEach(
          member -> threads.execute(() -> quietly(member.name(), member::awaitStopped)));
    }
  }

  private static void quietly(String what, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      logger.warn("{}: {}", what, e.getMessage());
    }
  }
}
