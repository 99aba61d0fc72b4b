package io.myelin.cli.devnet.genesis;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.cli.CommandException;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.Deployer;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.typeddata.SubnetConfig;
import io.myelin.protocol.typeddata.TypedStruct;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
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

  /** 1 gwei of a token per prompt token read, 3 per token written. */
  private static final BigInteger INPUT_WEI = BigInteger.valueOf(1_000_000_000L);

  private static final BigInteger OUTPUT_WEI = BigInteger.valueOf(3_000_000_000L);
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
   * @param subnetId that lists the models
   */
  record Made(NetworkContracts network, Digest subnetId) {}

  /**
   * Makes what is missing.
   *
   * @param models every id that sessions may be opened for
   * @param slots of each compute node
   */
  static Made make(
      ChainClient chain, Purses purses, Roster roster, List<String> models, int slots) {
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
                      roster.treasury().address()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("stopped while starting", e);
    }
    Genesis genesis = new Genesis(chain, purses, roster, network);
    Digest subnetId = genesis.people(slots);
    genesis.set();
    genesis.list(subnetId, models);
    genesis.qualify();
    return new Made(network, subnetId);
  }

  private Digest people(int slots) {
    CompletableFuture<Digest> subnet = new CompletableFuture<>();
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
              Digest id = subnet();
              roster.gateways().forEach(gateway -> bond(gateway, id));
              subnet.complete(id);
            }));
    all.add(run(() -> tokens(roster.client(), network.payment().address(), CLIENT_WEI)));
    all.add(run(() -> purses.gas(roster.treasury().address())));
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
      return subnet.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof CommandException known
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

  private Digest subnet() {
    OperatorKey owner = roster.gateways().getFirst().owner();
    Digest salt = Sha256.hash("myelin/devnet".getBytes(StandardCharsets.UTF_8));
    Digest id = ChainTerms.subnetId(owner.address(), salt);
    if (network.subnets().subnets(id).on(chain).owner().equals(Address.ZERO)) {
      tokens(owner, network.subnets().address(), SUBNET_WEI);
      purses.send(owner, "subnet", network.subnets().createSubnet(salt));
    }
    return id;
  }

  private void bond(Person gateway, Digest subnetId) {
    purses.gas(gateway.node());
    OperatorKey subnetOwner = roster.gateways().getFirst().owner();
    if (network.subnets().gateways(gateway.node()).on(chain).owner().equals(Address.ZERO)) {
      tokens(gateway.owner(), network.subnets().address(), BOND_WEI);
      purses.send(
          gateway.owner(),
          "bond/" + gateway.node(),
          network.subnets().registerGateway(gateway.node(), BOND_WEI, gateway.consent(network)));
    }
    if (!network.subnets().admitted(subnetId, gateway.node()).on(chain)) {
      purses.send(
          subnetOwner,
          "admit/" + gateway.node(),
          network.subnets().admit(subnetId, gateway.node(), true));
    }
  }

  private void set() {
    if (network.validators().setVersion().on(chain) == 0) {
      purses.send(roster.admin(), "set", network.validators().makeSet());
    }
  }

  private void list(Digest subnetId, List<String> models) {
    List<SubnetRegistry.ModelConfig> missing =
        models.stream()
            .filter(
                model ->
                    network
                            .subnets()
                            .modelOf(subnetId, SessionTail.modelIdOf(model))
                            .on(chain)
                            .priceVersion()
                        == 0)
            .map(model -> new SubnetRegistry.ModelConfig(model, Digest.ZERO, INPUT_WEI, OUTPUT_WEI))
            .toList();
    if (missing.isEmpty()) {
      return;
    }
    long version = network.subnets().subnets(subnetId).on(chain).version() + 1;
    committee(
        Subjects.configSubject(subnetId, version),
        new SubnetConfig(subnetId, version, ChainTerms.configDigest(missing)),
        word ->
            purses.send(
                roster.gateways().getFirst().owner(),
                "configure",
                network.subnets().configure(subnetId, missing, word.seats(), word.signatures())));
  }

  /** The first test of a node in a local network is that its owner is sitting in front of it. */
  private void qualify() {
    for (Person node : roster.compute()) {
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
