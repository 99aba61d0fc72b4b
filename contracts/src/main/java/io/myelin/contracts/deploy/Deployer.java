package io.myelin.contracts.deploy;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.chain.web3j.CreatedAddress;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinDirectory;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.Parameters;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Deploys a network: a token, the directory, and the modules at the addresses that the directory
 * already names. Every contract is an intent with an id of its own, so a deployment that was cut
 * short goes on where it was. The account must send nothing else meanwhile, or the addresses do not
 * come out; a module then refuses to be created.
 */
public final class Deployer {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int MODULES = 9;

  private final ChainClient chain;
  private final TransactionSender sender;

  /** With the account that pays. */
  public Deployer(ChainClient chain, TransactionSender sender) {
    this.chain = chain;
    this.sender = sender;
  }

  /**
   * Who has a say in a new network.
   *
   * @param holder has the whole supply of tokens
   * @param supplyWei of tokens
   * @param admin may propose parameters, which take effect after the timelock
   * @param treasury gets its 5 %
   */
  public record Terms(Address holder, BigInteger supplyWei, Address admin, Address treasury) {
    /** Checks the supply. */
    public Terms {
      if (supplyWei.signum() <= 0) {
        throw new IllegalArgumentException("supplyWei: " + supplyWei + " (expected: > 0)");
      }
    }
  }

  /**
   * How often nodes are tested by cognitive rounds.
   *
   * @param window a round begins in each, at most
   * @param stage how long each of a round's stages may take
   * @param rest how long a node that took part is left alone
   */
  public record RoundTimes(Duration window, Duration stage, Duration rest) {
    /** Checks that each is a second at least. */
    public RoundTimes {
      for (Duration time : List.of(window, stage, rest)) {
        if (time.toSeconds() < 1) {
          throw new IllegalArgumentException("round times: " + time + " (expected: >= 1 s)");
        }
      }
    }

    /** Ten minutes, five, and an hour. */
    public static RoundTimes usual() {
      return new RoundTimes(Duration.ofMinutes(10), Duration.ofMinutes(5), Duration.ofHours(1));
    }

    /** Two minutes, two, and four: somebody who sits in front of it sees rounds. */
    public static RoundTimes local() {
      return new RoundTimes(Duration.ofMinutes(2), Duration.ofMinutes(2), Duration.ofMinutes(4));
    }
  }

  /** As below, with the usual times of rounds. */
  public NetworkContracts deploy(String name, Terms terms) throws InterruptedException {
    return deploy(name, terms, RoundTimes.usual());
  }

  /**
   * Deploys, or goes on with the deployment of that name.
   *
   * @param name of the network in the intents' ids
   * @throws IllegalStateException when a contract could not be created, saying which and why
   */
  public NetworkContracts deploy(String name, Terms terms, RoundTimes rounds)
      throws InterruptedException {
    Address token = create(name + "/token", MyelinToken.deploy(terms.holder(), terms.supplyWei()));
    long directoryNonce = nonceOf(token) + 1;
    List<Address> module = new ArrayList<>();
    for (int i = 1; i <= MODULES; i++) {
      module.add(CreatedAddress.of(sender.account(), directoryNonce + i));
    }
    var addresses =
        new MyelinDirectory.Addresses(
            token,
            module.get(0),
            module.get(2),
            module.get(3),
            module.get(4),
            module.get(5),
            module.get(6),
            module.get(7),
            module.get(1),
            module.get(8));
    Address directory = create(name + "/directory", MyelinDirectory.deploy(addresses));
    create(name + "/parameters", Parameters.deploy(directory, terms.admin(), terms.treasury()));
    create(name + "/stats", NodeStats.deploy(directory));
    create(name + "/validators", ValidatorRegistry.deploy(directory));
    create(name + "/subnets", SubnetRegistry.deploy(directory));
    create(name + "/nodes", NodePool.deploy(directory));
    create(name + "/payment", InferencePayment.deploy(directory));
    create(name + "/sessions", Session.deploy(directory));
    create(name + "/queue", SessionQueue.deploy(directory));
    create(
        name + "/cognitive",
        Cognitive.deploy(
            directory,
            rounds.window().toSeconds(),
            rounds.stage().toSeconds(),
            rounds.rest().toSeconds()));
    return NetworkContracts.at(chain, directory);
  }

  /** Found again rather than remembered: a deployment may go on in another process. */
  private long nonceOf(Address created) {
    long next = chain.nonce(sender.account());
    for (long nonce = 0; nonce < next; nonce++) {
      if (CreatedAddress.of(sender.account(), nonce).equals(created)) {
        return nonce;
      }
    }
    throw new IllegalStateException(
        created
            + " was not created by "
            + sender.account()
            + " in its first "
            + next
            + " transactions");
  }

  private Address create(String id, ContractWrite write) throws InterruptedException {
    TransactionOutcome outcome;
    try {
      outcome =
          sender
              .submit(TransactionIntent.of("deploy/" + id, write))
              .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException("deploy/" + id + ": the sender stopped", e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "deploy/" + id + ": not in the chain after " + PATIENCE.toMinutes() + " minutes", e);
    }
    if (outcome instanceof TransactionOutcome.Succeeded succeeded
        && succeeded.inclusion().created().isPresent()) {
      return succeeded.inclusion().created().get();
    }
    throw new IllegalStateException(
        "deploy/" + id + ": " + outcome + " (expected: a contract; use a fresh account)");
  }
}
