package io.myelin.cli.devnet.genesis;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.cli.CommandException;
import io.myelin.client.ClientException;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.Deployer;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.typeddata.SubnetConfig;
import io.myelin.protocol.typeddata.TypedStruct;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Brings everybody of a local network onto its chain, by the transactions that strangers would
 * send. What is there already is left as it is, so it may be done again at every start, also with
 * more nodes than before.
 */
final class Genesis {
  /** A token of 18 decimals. */
  private static final BigInteger TOKEN = BigInteger.TEN.pow(18);

  private static final BigInteger SUPPLY_WEI = TOKEN.multiply(BigInteger.TEN.pow(9));
  private static final BigInteger VALIDATOR_STAKE_WEI = TOKEN.multiply(BigInteger.valueOf(20_000));
  private static final BigInteger BOND_WEI = TOKEN.multiply(BigInteger.valueOf(10_000));
  private static final BigInteger NODE_STAKE_WEI = TOKEN.multiply(BigInteger.valueOf(200));
  private static final BigInteger CLIENT_WEI = TOKEN.multiply(BigInteger.valueOf(1_000_000));
  private static final BigInteger SUBNET_WEI = TOKEN.multiply(BigInteger.valueOf(1_000));
  private static final int QUALIFIED = 0;
  private static final int UNQUALIFIED_STANDING = 1;

  private final ChainClient chain;
  private final Purses purses;
  private final Roster roster;
  private final NetworkContracts network;

  private Genesis(ChainClient chain, Purses purses, Roster roster, NetworkContracts network) {
    this.chain = chain;
    this.purses = purses;
    this.roster = roster;
    this.network = network;
  }

  /**
   * A network as its contracts have it.
   *
   * @param subnetIds in the order they were planned
   */
  record Made(NetworkContracts network, List<Digest> subnetIds) {
    Made {
      subnetIds = List.copyOf(subnetIds);
    }
  }

  /**
   * Makes what is missing.
   *
   * @param subnets with what they list, and who serves them
   * @param slots of each compute node
   */
  static Made make(
      ChainClient chain, Purses purses, Roster roster, List<SubnetPlan> subnets, int slots) {
    NetworkContracts network;
    try {
      network =
          new Deployer(chain, purses.sender(roster.admin()))
              .deploy(
                  "devnet",
                  new Deployer.Terms(
                      roster.admin().address(),
                      SUPPLY_WEI,
                      roster.admin().address(),
                      roster.treasury().address()),
                  Deployer.RoundTimes.local());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("stopped while starting", e);
    }
    Genesis genesis = new Genesis(chain, purses, roster, network);
    List<Digest> subnetIds = genesis.people(subnets, slots);
    genesis.set();
    for (int i = 0; i < subnetIds.size(); i++) {
      genesis.list(subnetIds.get(i), subnets.get(i).models());
    }
    genesis.qualify();
    return new Made(network, subnetIds);
  }

  private List<Digest> people(List<SubnetPlan> plans, int slots) {
    List<Digest> subnetIds = new ArrayList<>();
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (Person validator : roster.validators()) {
      all.add(run(() -> stake(validator)));
    }
    for (Person node : roster.compute()) {
      all.add(run(() -> join(node, slots)));
    }
    all.add(
        run(
            () -> {
              // One after the other: one owner sends them.
              for (SubnetPlan plan : plans) {
                subnetIds.add(subnet(plan));
              }
              roster.gateways().forEach(this::bond);
              for (int i = 0; i < plans.size(); i++) {
                admit(subnetIds.get(i), plans.get(i));
              }
            }));
    all.add(run(() -> tokens(roster.client(), network.payment().address(), CLIENT_WEI)));
    all.add(run(() -> purses.gas(roster.treasury().address())));
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
      return subnetIds;
    } catch (CompletionException e) {
      throw e.getCause() instanceof ClientException known
          ? known
          : new CommandException("the local network cannot be set up: " + e.getCause(), e);
    }
  }

  private static CompletableFuture<Void> run(Runnable work) {
    return CompletableFuture.runAsync(work, task -> Thread.ofVirtual().start(task));
  }

  /** Gives what is missing, and lets a contract take it. */
  private void tokens(OperatorKey account, Address spender, BigInteger leastWei) {
    purses.gas(account.address());
    BigInteger has = network.token().balanceOf(account.address()).on(chain);
    if (has.compareTo(leastWei) < 0) {
      purses.send(
          roster.admin(),
          "tokens/" + account.address(),
          network.token().transfer(account.address(), leastWei.subtract(has)));
    }
    allow(account, spender, leastWei);
  }

  private void allow(OperatorKey account, Address spender, BigInteger leastWei) {
    if (network.token().allowance(account.address(), spender).on(chain).compareTo(leastWei) < 0) {
      purses.send(account, "approve/" + spender, network.token().approve(spender, SUPPLY_WEI));
    }
  }

  private void stake(Person validator) {
    if (network.validators().validatorOf(validator.owner().address()).on(chain).status() != 0) {
      return;
    }
    // It brings verdicts to the chain.
    purses.gas(validator.node());
    tokens(validator.owner(), network.validators().address(), VALIDATOR_STAKE_WEI);
    purses.send(
        validator.owner(),
        "register/" + validator.node(),
        network
            .validators()
            .registerValidator(validator.node(), VALIDATOR_STAKE_WEI, validator.consent(network)));
  }

  private void join(Person node, int slots) {
    // It pays for its own transactions when it serves the queue.
    purses.gas(node.node());
    if (network.nodes().nodeOf(node.node()).on(chain).standing() != 0) {
      return;
    }
    tokens(node.owner(), network.nodes().address(), NODE_STAKE_WEI);
    purses.send(
        node.owner(),
        "join/" + node.node(),
        network.nodes().join(node.node(), slots, NODE_STAKE_WEI, node.consent(network)));
  }

  private Digest subnet(SubnetPlan plan) {
    OperatorKey owner = roster.gateways().getFirst().owner();
    Digest salt = plan.name().salt();
    Digest id = ChainTerms.subnetId(owner.address(), salt);
    if (network.subnets().subnets(id).on(chain).owner().equals(Address.ZERO)) {
      tokens(owner, network.subnets().address(), SUBNET_WEI);
      purses.send(owner, "subnet/" + id, network.subnets().createSubnet(salt));
    }
    return id;
  }

  private void bond(Person gateway) {
    purses.gas(gateway.node());
    if (network.subnets().gateways(gateway.node()).on(chain).owner().equals(Address.ZERO)) {
      tokens(gateway.owner(), network.subnets().address(), BOND_WEI);
      purses.send(
          gateway.owner(),
          "bond/" + gateway.node(),
          network.subnets().registerGateway(gateway.node(), BOND_WEI, gateway.consent(network)));
    }
  }

  private void admit(Digest subnetId, SubnetPlan plan) {
    OperatorKey owner = roster.gateways().getFirst().owner();
    for (int number : plan.gateways()) {
      Address gateway = roster.gateways().get(number - 1).node();
      if (!network.subnets().admitted(subnetId, gateway).on(chain)) {
        purses.send(
            owner,
            "admit/" + subnetId.shortHex() + "/" + gateway,
            network.subnets().admit(subnetId, gateway, true));
      }
    }
  }

  private void set() {
    if (network.validators().setVersion().on(chain) == 0) {
      purses.send(roster.admin(), "set", network.validators().makeSet());
    }
  }

  private void list(Digest subnetId, List<ListedModel> models) {
    List<ListedModel> other =
        models.stream()
            .filter(
                model -> {
                  SubnetRegistry.Model listed =
                      network
                          .subnets()
                          .modelOf(subnetId, SessionTail.modelIdOf(model.model()))
                          .on(chain);
                  return listed.priceVersion() == 0
                      || !listed.weightsDigest().equals(model.weightsDigest());
                })
            .toList();
    if (other.isEmpty()) {
      return;
    }
    List<SubnetRegistry.ModelConfig> missing = ChainTerms.models(new SubnetModels(other));
    long version = network.subnets().subnets(subnetId).on(chain).version() + 1;
    committee(
        Subjects.configSubject(subnetId, version),
        new SubnetConfig(subnetId, version, ChainTerms.configDigest(missing)),
        word ->
            purses.send(
                roster.gateways().getFirst().owner(),
                "configure/" + subnetId + "/" + version,
                network.subnets().configure(subnetId, missing, word.seats(), word.signatures())));
  }

  /** The first test of a node in a local network is that its owner is sitting in front of it. */
  private void qualify() {
    for (Person node : roster.compute()) {
      if (roster.examined().contains(node)) {
        continue;
      }
      var info = network.nodes().nodeOf(node.node()).on(chain);
      if (info.standing() == UNQUALIFIED_STANDING || info.untested() > 0) {
        Digest evidence = Digest.ZERO;
        committee(
            Subjects.verdictSubject(node.node(), info.round()),
            new NodeVerdict(node.node(), info.round(), QUALIFIED, evidence),
            word ->
                purses.send(
                    roster.admin(),
                    "judge/" + node.node(),
                    network
                        .nodes()
                        .judge(node.node(), QUALIFIED, evidence, word.seats(), word.signatures())));
      }
    }
  }

  private record Word(BigInteger seats, Bytes signatures) {}

  /** Whoever of the committee has its key here signs. */
  private void committee(Digest subject, TypedStruct content, Consumer<Word> use) {
    Map<Address, OperatorKey> keys = new HashMap<>();
    roster.validators().forEach(v -> keys.put(v.owner().address(), v.operator()));
    long set = network.validators().setVersion().on(chain);
    List<Address> members = network.validators().committeeFor(subject, set, Address.ZERO).on(chain);
    Digest digest = network.domain().digest(Attestation.of(subject, content));
    BigInteger seats = BigInteger.ZERO;
    List<Signature> signatures = new ArrayList<>();
    for (int seat = 0; seat < members.size(); seat++) {
      OperatorKey key = keys.get(members.get(seat));
      if (key != null) {
        seats = seats.setBit(seat);
        signatures.add(key.sign(digest));
      }
    }
    use.accept(new Word(seats, ChainTerms.joined(signatures)));
  }
}
