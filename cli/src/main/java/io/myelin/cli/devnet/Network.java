package io.myelin.cli.devnet;

import io.myelin.cli.devnet.genesis.DevnetChain;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.cli.devnet.genesis.Roster;
import io.myelin.cli.devnet.genesis.SubnetPlan;
import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import io.myelin.cli.node.KeyFile;
import io.myelin.compute.fault.Fault;
import io.myelin.protocol.subnet.ListedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The chain side of a devnet: who is in it, and how its nodes reach it. */
final class Network {
  private Network() {}

  static Roster roster(DevnetPlan plan) {
    Path keys = plan.data().resolve("keys");
    List<Person> compute = people(plan, "compute", plan.computeNodes(), plan::computeFolder);
    return new Roster(
        KeyFile.loadOrCreate(keys.resolve("admin.key")),
        KeyFile.loadOrCreate(keys.resolve("treasury.key")),
        people(plan, "gateway", plan.gateways(), plan::gatewayFolder),
        compute,
        people(plan, "validator", plan.validators(), plan::validatorFolder),
        KeyFile.loadOrCreate(plan.clientKey()),
        IntStream.rangeClosed(1, compute.size())
            .filter(
                number ->
                    plan.faults().getOrDefault(number, List.of()).stream().anyMatch(Fault::boasts))
            .mapToObj(number -> compute.get(number - 1))
            .toList());
  }

  private static List<Person> people(
      DevnetPlan plan, String kind, int count, IntFunction<Path> folder) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(number -> Person.of(plan.data(), kind, number, folder.apply(number)))
        .toList();
  }

  static DevnetChain chain(DevnetPlan plan, Roster roster, EngineSource source) {
    return DevnetChain.start(
        EngineSource.root(),
        plan.chainFolder(),
        plan.port() != 0,
        roster,
        subnets(plan.layout(), source),
        DevnetPlan.SLOTS);
  }

  private static List<SubnetPlan> subnets(SubnetLayout layout, EngineSource source) {
    List<SubnetPlan> plans = new ArrayList<>();
    for (int subnet = 1; subnet <= layout.subnets(); subnet++) {
      List<ListedModel> listed = new ArrayList<>();
      for (String model : layout.modelsOf(subnet, source.modelIds())) {
        listed.add(SubnetPlan.listed(model, source.weightsOf(model)));
      }
      if (subnet == 1) {
        // One session for all of them.
        listed.add(SubnetPlan.anyModel());
      }
      plans.add(new SubnetPlan(SubnetLayout.name(subnet), listed, layout.gatewaysOf(subnet)));
    }
    return plans;
  }

  static ChainLink link(DevnetChain chain) {
    return new ChainLink(
        List.of(chain.rpc()),
        chain.network().chainId(),
        chain.network().directory().address(),
        chain.subnetIds(),
        List.of(),
        0);
  }
}
