package io.myelin.cli.subnet;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.cli.node.ComputeCommand;
import io.myelin.cli.node.ConfigFile;
import io.myelin.cli.testing.CommandRun;
import io.myelin.cli.testing.QueueGround;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.Quorum;
import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.protocol.subnet.SubnetName;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The commands of subnets at a chain with real validators; the devnet's client owns what it makes.
 */
@Timeout(180)
class SubnetIT {
  private static final String MODEL = ModelCatalogue.EMBEDDING_MODEL.id();
  private static final String SHA_256 = ModelCatalogue.EMBEDDING_MODEL.sha256();

  @TempDir private static Path folder;
  private static QueueGround network;

  @BeforeAll
  static void start() throws Exception {
    network = QueueGround.start(folder, 1, "some-model");
  }

  @AfterAll
  static void stop() {
    network.close();
  }

  private static OperatorKey owner() {
    return network.ground().roster().client();
  }

  private static Digest id(String name) {
    return ChainTerms.subnetId(owner().address(), new SubnetName(name).salt());
  }

  private static JsonNode shown(String name) throws Exception {
    return new ObjectMapper().readTree(network.run("subnet", "show", name, "--json").ok().out());
  }

  private static void send(String what, ContractWrite write) throws Exception {
    ChainClient chain = network.chain().client();
    try (ChainStore store = ChainStore.open(folder.resolve("sends.db"));
        ChainSender sender =
            ChainSender.start(
                chain,
                owner(),
                store.intents(chain.chainId(), chain.genesis(), owner().address()),
                SenderPolicy.local(),
                InstantSource.system())) {
      assertThat(sender.submit(TransactionIntent.of(what, write)).get(60, TimeUnit.SECONDS))
          .isInstanceOf(TransactionOutcome.Succeeded.class);
    }
  }

  @Test
  void aSubnetIsCreatedOnceListedPricedAndAdmitsAGateway() throws Exception {
    BigInteger before = held();
    CommandRun created = network.run("subnet", "create", "words", "--model", MODEL + "=1/3").ok();
    assertThat(created.out())
        .contains(
            "The fee, ",
            "subnet    0x" + id("words"),
            MODEL + "  1/3 gwei a token (price 1)  sha256:" + SHA_256,
            "./myelin subnet join " + id("words") + " --gateway ADDRESS");
    BigInteger fee = before.subtract(held());
    assertThat(fee).isPositive();
    // Said again, nothing is paid or configured a second time.
    CommandRun again = network.run("subnet", "create", "words", "--model", MODEL + "=2/3").ok();
    assertThat(again.err()).contains("exists; going on", "./myelin subnet price");
    assertThat(held()).isEqualTo(before.subtract(fee));
    assertThat(shown("words").path("version").asInt()).isEqualTo(1);
    // One model more is another version.
    network.run("subnet", "create", "words", "--model", MODEL + "=1/3", "--model", "*=2/2").ok();
    assertThat(shown("words").path("version").asInt()).isEqualTo(2);

    assertThat(network.run("subnet", "price", "words", MODEL + "=0.5/1.25").ok().out())
        .contains("1/3 gwei a token become 0.5/1.25", "0.5/1.25 gwei a token (price 2)");
    assertThat(network.run("subnet", "price", "words", "unheard-of=1/1").err())
        .contains("does not list unheard-of", "./myelin subnet create");

    Address gateway = network.ground().roster().gateways().getFirst().node();
    assertThat(network.run("subnet", "join", "words", "--gateway", gateway.toString()).ok().out())
        .contains("Gateway " + gateway + " is admitted.", "--subnet " + id("words"));
    assertThat(shown("words").path("gateways").path(0).path("ready").asBoolean()).isTrue();
    assertThat(
            network.run("subnet", "join", "words", "--gateway", owner().address().toString()).err())
        .contains("has no bond yet", "./myelin stake gateway add");
    assertThat(network.run("subnet", "list").ok().out())
        .contains("0x" + id("words") + "  1 of 1 gateways ready  " + MODEL + ", *");
  }

  private static BigInteger held() {
    return network
        .chain()
        .network()
        .token()
        .balanceOf(owner().address())
        .on(network.chain().client());
  }

  @Test
  void whatACrashCutShortGoesOn() throws Exception {
    NetworkContracts contracts = network.chain().network();
    send("allow", contracts.token().approve(contracts.subnets().address(), held()));
    send("create", contracts.subnets().createSubnet(new SubnetName("cut-short").salt()));
    BigInteger before = held();
    CommandRun run = network.run("subnet", "create", "cut-short", "--model", MODEL + "=1/1").ok();
    assertThat(run.err()).contains("exists; going on");
    assertThat(held()).isEqualTo(before);
    assertThat(shown("cut-short").path("models")).hasSize(1);
  }

  @Test
  void aNodeFetchesWhatIsListedAndRefusesOtherWeights() throws Exception {
    network.run("subnet", "create", "node", "--model", MODEL + "=1/1", "--model", "*=1/1").ok();
    Path file = folder.resolve("node/node.properties");
    assertThat(network.run("subnet", "join", "node", "--write", file.toString()).ok().out())
        .contains("SHA-256 as on chain: " + SHA_256, "./myelin compute --config " + file);
    assertThat(ConfigFile.read(file, ComputeCommand.KEYS).list("model", List.of()))
        .containsExactly(MODEL);
    assertThat(Files.readString(file)).contains("directory = 0x");

    list(
        "twisted",
        new ListedModel(MODEL, Sha256.hash(new byte[1]), BigInteger.ONE, BigInteger.ONE));
    CommandRun refused =
        network.run("subnet", "join", "twisted", "--write", folder.resolve("never").toString());
    assertThat(refused.status()).isEqualTo(1);
    assertThat(refused.err())
        .contains("your catalogue has SHA-256 " + SHA_256, "a gateway would refuse it");
    assertThat(folder.resolve("never")).doesNotExist();
    assertThat(network.run("subnet", "join", "node", "--model", "other").err())
        .contains("the subnet does not list other (expected: one of " + MODEL + ")");
  }

  private static void list(String name, ListedModel model) throws Exception {
    NetworkContracts contracts = network.chain().network();
    send("allow/" + name, contracts.token().approve(contracts.subnets().address(), held()));
    send("create/" + name, contracts.subnets().createSubnet(new SubnetName(name).salt()));
    SubnetModels models = new SubnetModels(List.of(model));
    try (CommitteeClient committee =
        CommitteeClient.connect(
            network.ground().link().validators(),
            network.chain().client(),
            contracts,
            owner(),
            CommitteeSettings.standard())) {
      Quorum quorum = committee.approveConfig(new ConfigProposal(id(name), 1, models));
      send(
          "configure/" + name,
          contracts
              .subnets()
              .configure(
                  id(name), ChainTerms.models(models), quorum.seatsBits(), quorum.signatures()));
    }
  }

  @Test
  void whatCannotBeIsRefusedWithTheWayOut() {
    assertThat(network.run("subnet", "create", "Words", "--model", MODEL + "=1/1").status())
        .isEqualTo(2);
    assertThat(network.run("subnet", "create", "x", "--model", "nothing=1/1").err())
        .contains("nothing", "myelin model add");
    assertThat(network.run("subnet", "create", "x", "--model", MODEL + "=0/1").err())
        .contains("inputWei of " + MODEL);
    assertThat(network.run("subnet", "create", "x", "--model", MODEL).err())
        .contains("expected: ID=IN/OUT");
    assertThat(network.run("subnet", "show", "never-made").err())
        .contains("there is no subnet", "./myelin subnet list");
    // The devnet's subnet is not this key's.
    String foreign = network.chain().subnetId().hex();
    Address gateway = network.ground().roster().gateways().getFirst().node();
    assertThat(network.run("subnet", "price", foreign, "some-model=1/1").err())
        .contains("belongs to ", "its owner has to say ./myelin subnet price");
    assertThat(network.run("subnet", "join", foreign, "--gateway", gateway.toString()).ok().out())
        .contains("is admitted already");
  }
}
