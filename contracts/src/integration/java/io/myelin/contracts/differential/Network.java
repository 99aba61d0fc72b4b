package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.AbiCodec;
import io.myelin.chain.abi.AbiType;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.local.LocalChain;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.Deployer;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.typeddata.OperatorConsent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A network on Anvil, deployed and populated the real way: consents, approvals and verdicts are
 * signed by the keys they must be signed by. Accounts and times are the same in every run, so a
 * history means the same in every run. Histories run on top of it, in a {@link Simulation}.
 */
final class Network implements AutoCloseable {
  static final BigInteger ETHER = BigInteger.TEN.pow(18);
  static final String MODEL = "smollm2-135m-instruct";
  static final BigInteger INPUT_WEI = BigInteger.valueOf(1_000_003);
  static final BigInteger OUTPUT_WEI = BigInteger.valueOf(3_000_017);
  static final int NODES = 10;
  static final BigInteger CLIENT_WEI = ETHER.multiply(BigInteger.valueOf(100));
  static final Address TREASURY = Words.account("treasury");
  static final Address STRANGER = Words.account("stranger");

  static final long START_SECONDS = 2_000_000_000;
  private static final int VALIDATORS = 7;
  private static final int SEATS = 5;
  private static final String COMMITTEE = "myelin/select/committee/1";
  private static final BigInteger WEIGHT_UNIT_WEI = BigInteger.TEN.pow(12);
  private static final BigInteger NODE_STAKE_WEI = ETHER.multiply(BigInteger.valueOf(100));
  private static final Address GATEWAY_OWNER = Words.account("gateway owner");
  private static final Digest SUBNET_CONFIG =
      Words.text("SubnetConfig(bytes32 subnetId,uint64 version,bytes32 configDigest)");
  private static final Digest NODE_VERDICT =
      Words.text("NodeVerdict(address node,uint64 round,uint8 verdict,bytes32 evidenceDigest)");
  private final Random random = new Random(4);
  private final OperatorKey owner = OperatorKey.generate(random);
  private final OperatorKey client = OperatorKey.generate(random);
  private final OperatorKey gateway = OperatorKey.generate(random);
  private final List<OperatorKey> nodes = new ArrayList<>();
  private final Map<Address, OperatorKey> operators = new HashMap<>();
  private final Path folder;
  private final LocalChain anvil;
  private final ChainClient chain;
  private final Simulation simulation;
  private final NetworkContracts contracts;
  private final int slots;
  private final Digest subnetId;
  private final Digest beacon;

  private Network(Path root, Path folder, int slots) throws InterruptedException {
    this.folder = folder;
    this.slots = slots;
    anvil = LocalChain.start(LocalChainSettings.forgetful(root));
    simulation = new Simulation(anvil.uri());
    chain =
        RpcChainClient.connect(ChainSettings.of(LocalChainSettings.CHAIN_ID, List.of(anvil.uri())));
    anvil.cheats().call("anvil_autoImpersonateAccount", true);
    anvil.cheats().call("evm_setNextBlockTimestamp", START_SECONDS);
    anvil.cheats().call("anvil_setBlockTimestampInterval", 1);
    anvil.fund(owner.address(), ETHER.multiply(BigInteger.valueOf(1_000)));
    contracts = deploy();
    validators();
    beacon = contracts.validators().beaconOf(1).on(chain);
    subnetId = subnet();
    for (int i = 0; i < NODES; i++) {
      nodes.add(newNode(i));
    }
    give(client.address(), contracts.payment().address(), CLIENT_WEI);
  }

  /**
   * A fresh one; what it keeps on disk is gone when it is closed.
   *
   * @param slots of each node
   */
  static Network start(int slots) {
    Path root = Path.of(System.getProperty("myelin.root", "..")).toAbsolutePath().normalize();
    try {
      return new Network(root, Files.createTempDirectory("differential"), slots);
    } catch (IOException e) {
      throw new UncheckedIOException("no folder for the chain's store", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the network was deployed", e);
    }
  }

  NetworkContracts contracts() {
    return contracts;
  }

  ChainClient chain() {
    return chain;
  }

  Simulation simulation() {
    return simulation;
  }

  OperatorKey client() {
    return client;
  }

  OperatorKey gateway() {
    return gateway;
  }

  Address node(int i) {
    return nodes.get(i).address();
  }

  static Address nodeOwner(int i) {
    return Words.account("node owner " + i);
  }

  /** The first so many. */
  List<Address> nodes(int count) {
    return nodes.subList(0, count).stream().map(OperatorKey::address).toList();
  }

  Digest subnetId() {
    return subnetId;
  }

  static Address gatewayOwner() {
    return GATEWAY_OWNER;
  }

  long nowSeconds() {
    return chain.head().timestampSeconds();
  }

  /** Members and keys of a committee. */
  Committee committee(List<Address> owners) {
    return new Committee(
        contracts.domain(), owners, owners.stream().map(this::operatorOf).toList());
  }

  private OperatorKey operatorOf(Address validator) {
    OperatorKey key = operators.get(validator);
    if (key == null) {
      throw new IllegalArgumentException(validator + " (expected: a validator's owner)");
    }
    return key;
  }

  // Getting there.

  private NetworkContracts deploy() throws InterruptedException {
    Deployer.Terms terms =
        new Deployer.Terms(
            owner.address(), ETHER.multiply(BigInteger.TEN.pow(9)), owner.address(), TREASURY);
    try (ChainStore store = ChainStore.open(folder.resolve("chain.db"));
        ChainSender sender =
            ChainSender.start(
                chain,
                owner,
                store.intents(chain.chainId(), chain.genesis(), owner.address()),
                SenderPolicy.local(),
                InstantSource.system())) {
      return new Deployer(chain, sender).deploy("differential", terms);
    }
  }

  /** A transaction of any account; it must succeed. */
  void act(Address from, ContractWrite write) {
    anvil.fund(from, ETHER.multiply(BigInteger.valueOf(1_000)));
    String receipt =
        anvil
            .cheats()
            .call(
                "eth_sendTransactionSync",
                Map.of(
                    "from", from.toString(),
                    "to", write.contract().orElseThrow().toString(),
                    "data", write.data().toString(),
                    "gas", "0x989680"));
    boolean succeeded = receipt.contains("\"status\":\"0x1\"");
    if (!succeeded) {
      throw new IllegalStateException(write.description() + " by " + from + ": " + receipt);
    }
  }

  private void give(Address account, Address spender, BigInteger amountWei) {
    act(owner.address(), contracts.token().transfer(account, amountWei));
    act(account, contracts.token().approve(spender, BigInteger.ONE.shiftLeft(255)));
  }

  private Bytes consent(Address of, OperatorKey key) {
    OperatorConsent consent = new OperatorConsent(of, key.address());
    return Bytes.of(key.sign(contracts.domain().digest(consent)).bytes());
  }

  private void validators() {
    Address registry = contracts.validators().address();
    for (int i = 0; i < VALIDATORS; i++) {
      Address of = validator(i);
      OperatorKey key = OperatorKey.generate(random);
      operators.put(of, key);
      BigInteger stakeWei = stakeWei(i);
      give(of, registry, stakeWei);
      act(of, contracts.validators().registerValidator(key.address(), stakeWei, consent(of, key)));
    }
    act(STRANGER, contracts.validators().makeSet());
  }

  /** Who judges something about this subject: drawn here by Java's rules, not asked for. */
  Committee newest(Digest subject) {
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < VALIDATORS; i++) {
      Address of = validator(i);
      candidates.add(new Candidate(of, of, stakeWei(i).divide(WEIGHT_UNIT_WEI).longValueExact()));
    }
    SelectionSeed seed = new SelectionSeed(Words.hash(beacon, subject));
    return committee(
        NodeSelection.draw(seed, COMMITTEE, candidates, SEATS, NodeSelection.Owners.DISTINCT)
            .stream()
            .map(Candidate::owner)
            .toList());
  }

  private static Address validator(int i) {
    return Words.account("validator " + i);
  }

  private static BigInteger stakeWei(int i) {
    return ETHER.multiply(BigInteger.valueOf(10_000L * (i + 1)));
  }

  /** What a committee signs about a node. */
  ContractWrite judge(Address node, int verdict, long round, int signers) {
    Digest evidence = Words.text("evidence");
    Digest subject = Words.hash(NODE_VERDICT, node, round);
    Digest content = Words.hash(NODE_VERDICT, node, round, verdict, evidence);
    Committee.Attested word = newest(subject).attest(signers, NODE_VERDICT, subject, content);
    return contracts.nodes().judge(node, verdict, evidence, word.seats(), word.signatures());
  }

  private Digest subnet() {
    SubnetRegistry subnets = contracts.subnets();
    BigInteger bondWei = ETHER.multiply(BigInteger.valueOf(5_900));
    give(GATEWAY_OWNER, subnets.address(), ETHER.multiply(BigInteger.valueOf(6_000)));
    Digest salt = Words.text("one");
    act(GATEWAY_OWNER, subnets.createSubnet(salt));
    Digest id = Words.hash(GATEWAY_OWNER, salt);
    act(
        GATEWAY_OWNER,
        subnets.registerGateway(gateway.address(), bondWei, consent(GATEWAY_OWNER, gateway)));
    act(GATEWAY_OWNER, subnets.admit(id, gateway.address(), true));
    var model = new SubnetRegistry.ModelConfig(MODEL, Words.text("weights"), INPUT_WEI, OUTPUT_WEI);
    Bytes models =
        AbiCodec.encode(
            List.of(
                AbiType.parse(
                    "tuple[]",
                    List.of(
                        AbiType.parse("string"),
                        AbiType.parse("bytes32"),
                        AbiType.parse("uint128"),
                        AbiType.parse("uint128")))),
            List.of(
                List.of(
                    List.of(
                        MODEL, Bytes.of(model.weightsDigest().bytes()), INPUT_WEI, OUTPUT_WEI))));
    Digest content = Words.hash(SUBNET_CONFIG, id, 1, Keccak256.hash(models.toArray()));
    Digest subject = subnets.configSubject(id).on(chain);
    Committee.Attested word = newest(subject).attest(3, SUBNET_CONFIG, subject, content);
    act(GATEWAY_OWNER, subnets.configure(id, List.of(model), word.seats(), word.signatures()));
    return id;
  }

  private OperatorKey newNode(int i) {
    OperatorKey key = OperatorKey.generate(random);
    Address of = nodeOwner(i);
    give(of, contracts.nodes().address(), NODE_STAKE_WEI.multiply(BigInteger.valueOf(100)));
    act(of, contracts.nodes().join(key.address(), slots, NODE_STAKE_WEI, consent(of, key)));
    act(STRANGER, judge(key.address(), 0, 0, 3));
    return key;
  }

  /** A node comes, or comes back. */
  ContractWrite join(int i, long withSlots) {
    OperatorKey key = nodes.get(i);
    return contracts
        .nodes()
        .join(key.address(), withSlots, NODE_STAKE_WEI, consent(nodeOwner(i), key));
  }

  @Override
  public void close() {
    simulation.close();
    chain.close();
    anvil.close();
    try {
      Files.deleteIfExists(folder.resolve("chain.db"));
    } catch (IOException e) {
      throw new UncheckedIOException("the store in " + folder + " stays", e);
    }
  }
}
