package io.myelin.contracts.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.abi.Reverts;
import io.myelin.chain.local.LocalChain;
import io.myelin.chain.local.LocalChainSettings;
import io.myelin.chain.rpc.ChainSettings;
import io.myelin.chain.rpc.RpcChainClient;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.IntentStatus;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.OperatorConsent;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network's contracts on a real chain, through the adapter and the generated bindings. */
final class DeployerIT {
  private static final BigInteger ETHER = BigInteger.TEN.pow(18);
  private static final OperatorKey OWNER = OperatorKey.generate(new Random(1));
  private static final OperatorKey OPERATOR = OperatorKey.generate(new Random(2));
  private static final Address TREASURY =
      Address.parse("0x0000000000000000000000000000000000007ea5");
  private static final Deployer.Terms TERMS =
      new Deployer.Terms(
          OWNER.address(), ETHER.multiply(BigInteger.TEN.pow(9)), OWNER.address(), TREASURY);

  @TempDir Path folder;
  private LocalChain anvil;
  private ChainClient chain;
  private ChainStore store;
  private ChainSender sender;

  @BeforeEach
  void start() {
    anvil = LocalChain.start(LocalChainSettings.forgetful(root()));
    anvil.fund(OWNER.address(), ETHER.multiply(BigInteger.valueOf(100)));
    chain =
        RpcChainClient.connect(ChainSettings.of(LocalChainSettings.CHAIN_ID, List.of(anvil.uri())));
    open();
  }

  @AfterEach
  void stop() {
    sender.close();
    store.close();
    chain.close();
    anvil.close();
  }

  private static Path root() {
    return Path.of(System.getProperty("myelin.root", "..")).toAbsolutePath().normalize();
  }

  private void open() {
    store = ChainStore.open(folder.resolve("chain.db"));
    sender =
        ChainSender.start(
            chain,
            OWNER,
            store.intents(chain.chainId(), chain.genesis(), OWNER.address()),
            SenderPolicy.local(),
            InstantSource.system());
  }

  private TransactionOutcome run(String id, ContractWrite write) throws Exception {
    return sender.submit(TransactionIntent.of(id, write)).get(60, TimeUnit.SECONDS);
  }

  @Test
  void shouldDeployOnceAndFindTheNetworkAgain() throws Exception {
    NetworkContracts network = new Deployer(chain, sender).deploy("one", TERMS);
    assertThat(network.directory().isComplete().on(chain)).isTrue();
    assertThat(network.token().balanceOf(OWNER.address()).on(chain)).isEqualTo(TERMS.supplyWei());
    assertThat(network.parameters().treasury().on(chain)).isEqualTo(TREASURY);
    long nonce = chain.nonce(OWNER.address());
    assertThat(nonce).isEqualTo(11);

    sender.close();
    store.close();
    open();
    assertThat(new Deployer(chain, sender).deploy("one", TERMS)).isEqualTo(network);
    assertThat(chain.nonce(OWNER.address())).isEqualTo(nonce);
    assertThat(NetworkContracts.at(chain, network.directory().address())).isEqualTo(network);
    assertThatThrownBy(() -> NetworkContracts.at(chain, TREASURY))
        .hasMessageContaining("no contract at " + TREASURY);
    assertThat(new Deployer(chain, sender).deploy("two", TERMS)).isNotEqualTo(network);
  }

  @Test
  void shouldGoOnWhereADeploymentWasCutShort() throws Exception {
    AtomicInteger left = new AtomicInteger(5);
    TransactionSender mortal = new Mortal(sender, left);
    assertThatThrownBy(() -> new Deployer(chain, mortal).deploy("one", TERMS))
        .hasMessageContaining("died");
    NetworkContracts network = new Deployer(chain, sender).deploy("one", TERMS);
    assertThat(network.directory().isComplete().on(chain)).isTrue();
    assertThat(chain.nonce(OWNER.address())).isEqualTo(11);
  }

  @Test
  void shouldTakeWhatJavaSignedAndRefuseWhatItDidNot() throws Exception {
    NetworkContracts network = new Deployer(chain, sender).deploy("one", TERMS);
    BigInteger stake = ETHER.multiply(BigInteger.valueOf(20_000));
    Address registry = network.validators().address();
    run("approve", network.token().approve(registry, stake));

    Bytes forged = consent(network, OWNER);
    TransactionOutcome refused =
        run("forged", network.validators().registerValidator(OPERATOR.address(), stake, forged));
    assertThat(refused.reason(new Reverts(ValidatorRegistry.ERRORS))).isPresent();
    assertThat(refused).isNotInstanceOf(TransactionOutcome.Succeeded.class);

    Bytes consent = consent(network, OPERATOR);
    assertThat(
            run("join", network.validators().registerValidator(OPERATOR.address(), stake, consent)))
        .isInstanceOf(TransactionOutcome.Succeeded.class);
    assertThat(network.validators().ownerOf(OPERATOR.address()).on(chain))
        .isEqualTo(OWNER.address());
    assertThat(network.token().balanceOf(registry).on(chain)).isEqualTo(stake);
  }

  private static Bytes consent(NetworkContracts network, OperatorKey signer) {
    OperatorConsent consent = new OperatorConsent(OWNER.address(), OPERATOR.address());
    return Bytes.of(signer.sign(network.domain().digest(consent)).bytes());
  }

  /** A sender whose process dies after so many intents. */
  private record Mortal(TransactionSender sender, AtomicInteger left) implements TransactionSender {
    @Override
    public Address account() {
      return sender.account();
    }

    @Override
    public CompletableFuture<TransactionOutcome> submit(TransactionIntent intent) {
      if (left.getAndDecrement() == 0) {
        throw new IllegalStateException("died before " + intent.id());
      }
      return sender.submit(intent);
    }

    @Override
    public Optional<IntentStatus> status(String id) {
      return sender.status(id);
    }

    @Override
    public void close() {}
  }
}
