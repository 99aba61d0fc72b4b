package io.myelin.cli.devnet;

import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.ComputeHost;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.GatewayHost;
import io.myelin.cli.node.KeyFile;
import io.myelin.cli.node.QueueHost;
import io.myelin.cli.node.Redundancy;
import io.myelin.cli.node.RegistryHost;
import io.myelin.cli.node.ValidatorHost;
import io.myelin.cli.peer.PeerLink;
import io.myelin.cli.peer.ValidatorUrls;
import io.myelin.client.ClientException;
import io.myelin.compute.ComputeNode;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.compute.fault.NodeFaults;
import io.myelin.engine.InferenceEngine;
import io.myelin.engine.check.PrefillChecker;
import io.myelin.engine.check.SentenceDistances;
import io.myelin.engine.judge.LikelihoodJudge;
import io.myelin.engine.local.EngineSet;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.validator.OwnModels;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** Every node in this process, the same engines for all of them. */
final class InProcessStarter implements NodeStarter {
  private final DevnetPlan plan;
  private final EngineSource source;
  private final CompletableFuture<EngineSet> engine;
  private final Map<String, InferenceEngine> copies = new ConcurrentHashMap<>();

  /** The engine loads while the gateways start. */
  InProcessStarter(DevnetPlan plan, EngineSource source) {
    this.plan = plan;
    this.source = source;
    engine =
        CompletableFuture.supplyAsync(
            () -> source.open(DevnetPlan.SLOTS * plan.computeNodes(), EngineSource.usualThreads()),
            task -> Thread.ofPlatform().name("engine-start").daemon().start(task));
  }

  @Override
  public RegistryMember registry(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.registryFolder(number);
    RegistryHost host =
        RegistryHost.start(
            folder,
            KeyFile.loadOrCreate(folder.resolve("operator.key")),
            chain,
            PeerLink.local(bootstrap),
            plan.host(),
            0);
    return new RegistryMember(
        new LocalHost("registry " + number, host.id(), host::close), host.url(), host.record());
  }

  @Override
  public ValidatorMember validator(int number, ChainLink chain, List<String> bootstrap) {
    Path folder = plan.validatorFolder(number);
    ValidatorHost host =
        ValidatorHost.start(
            folder,
            KeyFile.loadOrCreate(folder.resolve("operator.key")),
            chain,
            Optional.of(PeerLink.local(bootstrap)),
            plan.host(),
            0,
            // The same worker as the nodes': a laptop has room for one copy of the model.
            new OwnModels(
                Optional.of(PrefillChecker.once(engine)),
                source.modelIds().contains(SentenceDistances.MODEL)
                    ? Optional.of(new SentenceDistances(engine))
                    : Optional.empty(),
                source.textModel().map(model -> new LikelihoodJudge(engine, model))),
            plan.parties().ofValidator(number),
            DevnetPlan.EXAM_CONTEXT);
    return new ValidatorMember(
        new LocalHost("validator " + number, host.id(), host::close), host.url());
  }

  @Override
  public GatewayMember gateway(int number, ChainLink chain, List<String> bootstrap) {
    GatewayHost host =
        GatewayHost.start(
            plan.gatewayFolder(number),
            KeyFile.loadOrCreate(plan.gatewayFolder(number).resolve("operator.key")),
            chain,
            Optional.of(PeerLink.local(bootstrap)),
            source.modelIds().contains(Redundancy.MODEL)
                ? Optional.of(texts -> Redundancy.by(engine.join()).embed(texts))
                : Optional.empty(),
            plan.host(),
            plan.portOf(number),
            "",
            plan.parties().ofGateway(number));
    return new GatewayMember(
        new LocalHost("gateway " + number, host.id(), host::close), URI.create(host.url()));
  }

  @Override
  public Member compute(int number, ChainLink chain, List<String> bootstrap) {
    OperatorKey key = KeyFile.loadOrCreate(plan.computeFolder(number).resolve("operator.key"));
    EngineSet models = engine.join().only(plan.layout().modelsOfNode(number, source.modelIds()));
    ValidatorUrls validators = new ValidatorUrls(List.of());
    ComputeNode node =
        ComputeHost.start(
            ComputeNodeSettings.of(plan.computeFolder(number), DevnetPlan.SLOTS)
                .withDrainTimeout(Duration.ofSeconds(DevnetPlan.DRAIN_SECONDS))
                .withDomain(chain.domain()),
            key,
            models,
            List.of(),
            plan.faults().getOrDefault(number, List.of()),
            Optional.empty(),
            Optional.of(new ComputeHost.Finding(PeerLink.local(bootstrap), chain, validators)),
            this::copy);
    try {
      return new LocalMember(
          "compute " + number,
          node,
          QueueHost.start(
              plan.computeFolder(number),
              key,
              chain,
              validators,
              node,
              models,
              DevnetPlan.SLOTS,
              NodeFaults.rounds(plan.faults().getOrDefault(number, List.of()))));
    } catch (ClientException e) {
      node.close();
      throw e;
    }
  }

  /** Of a node that cheats: one for all that cheat alike. */
  private InferenceEngine copy(String type) {
    return copies.computeIfAbsent(
        type,
        _ ->
            source.copy(
                type,
                plan.data().resolve("copies"),
                DevnetPlan.SLOTS,
                EngineSource.usualThreads()));
  }

  @Override
  public EngineSource source() {
    return source;
  }

  @Override
  public String engine() {
    return engine.join().describe() + "; shared by all compute nodes";
  }

  @Override
  public void close() {
    copies.values().forEach(InferenceEngine::close);
    engine.thenAccept(EngineSet::close).exceptionally(_ -> null).join();
  }
}
