package io.myelin.validator;

import io.myelin.chain.Call;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.FeeMarket;
import io.myelin.chain.Fees;
import io.myelin.chain.RevertedException;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.chain.web3j.SignedTransaction;
import io.myelin.chain.web3j.TransactionSigner;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.leader.Leaders;
import io.myelin.protocol.selection.Candidate;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what one validator has to do for all, when it is its turn: makes the set of each epoch. It
 * keeps nothing: each look asks the chain what is due, and a transaction that another's came before
 * reverts without harm.
 */
public final class Leadership implements AutoCloseable {
  /** How long each leader is waited for before the next steps in. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final int LOOKS_A_HEARTBEAT = 4;
  private static final int SUM_BITS = 96;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey key;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("validator-leadership").factory());
  private boolean toldOfNoEther;

  /** What a look came to. */
  enum Looked {
    /** There is no set yet, or the newest is young. */
    NOT_DUE,
    /** Another is to do it now. */
    NOT_MINE,
    /** It cannot pay for a transaction. */
    NO_ETHER,
    /** The contract would refuse: another has done it. */
    DONE,
    /** A transaction was sent. */
    SENT
  }

  Leadership(ChainClient chain, NetworkContracts network, OperatorKey key) {
    this.chain = chain;
    this.network = network;
    this.key = key;
  }

  /**
   * Looks four times a heartbeat from now on.
   *
   * @param chain which the caller closes, after this
   * @param key the operator's; its account pays. Without ether in it this says so once and only
   *     looks
   */
  public static Leadership start(ChainClient chain, NetworkContracts network, OperatorKey key) {
    Leadership leadership = new Leadership(chain, network, key);
    long pauseMillis = HEARTBEAT.toMillis() / LOOKS_A_HEARTBEAT;
    var _ =
        leadership.clock.scheduleWithFixedDelay(
            leadership::tick, pauseMillis, pauseMillis, TimeUnit.MILLISECONDS);
    return leadership;
  }

  private void tick() {
    try {
      var _ = look(System.currentTimeMillis());
    } catch (RuntimeException e) {
      // The next look is in a quarter of a heartbeat; others step in meanwhile.
      LOG.warn("duties of {} are not looked after: {}", key.address(), e.toString());
    }
  }

  /**
   * Does what is due and this validator's turn.
   *
   * @param nowMillis this machine's clock; the chain's counts where it is ahead
   * @throws ChainException when the chain cannot be read
   */
  synchronized Looked look(long nowMillis) {
    ValidatorRegistry validators = network.validators();
    long version = validators.setVersion().on(chain);
    if (version == 0) {
      return Looked.NOT_DUE;
    }
    ValidatorRegistry.SetOfAnswer set = validators.setOf(version).on(chain);
    long epochSeconds = Param.EPOCH_SECONDS.of(network, chain).longValueExact();
    Duty duty = new Duty("make-set/" + (version + 1), (set.since() + epochSeconds) * 1_000);
    long latestMillis = Math.max(nowMillis, chain.head().timestampSeconds() * 1_000);
    if (latestMillis < duty.dueAtMillis()) {
      return Looked.NOT_DUE;
    }
    Leaders leaders =
        Leaders.of(
            validators.beaconOf(version).on(chain),
            candidates(set.line()),
            WINDOW.toMillis(),
            HEARTBEAT.toMillis());
    Address owner = validators.ownerOf(key.address()).on(chain);
    return leaders.mayAct(duty, owner, latestMillis)
        ? send(duty, validators.makeSet())
        : Looked.NOT_MINE;
  }

  /** Each word is an owner, then the sum of the weights so far. */
  private static List<Candidate> candidates(List<BigInteger> line) {
    List<Candidate> candidates = new ArrayList<>();
    BigInteger before = BigInteger.ZERO;
    BigInteger mask = BigInteger.ONE.shiftLeft(SUM_BITS).subtract(BigInteger.ONE);
    for (BigInteger word : line) {
      BigInteger sum = word.and(mask);
      Address owner = Address.parse("0x%040x".formatted(word.shiftRight(SUM_BITS)));
      candidates.add(new Candidate(owner, owner, sum.subtract(before).longValueExact()));
      before = sum;
    }
    return candidates;
  }

  private Looked send(Duty duty, ContractWrite write) {
    long gas;
    try {
      gas =
          chain.estimateGas(
              new Call(
                  Optional.of(key.address()), write.contract(), write.data(), write.valueWei()));
    } catch (RevertedException e) {
      return Looked.DONE;
    }
    FeeMarket market = chain.fees();
    BigInteger maxWei =
        market.nextBaseFeeWei().multiply(BigInteger.TWO).add(market.tipWei()).max(BigInteger.ONE);
    long limit = gas + gas / 2;
    BigInteger needWei = maxWei.multiply(BigInteger.valueOf(limit));
    BigInteger haveWei = chain.balance(key.address());
    if (haveWei.compareTo(needWei) < 0) {
      if (!toldOfNoEther) {
        LOG.warn(
            "{} has {} wei and {} costs up to {}: it only signs, and others do such duties. Send"
                + " it some ether to take part.",
            key.address(),
            haveWei,
            duty.name(),
            needWei);
        toldOfNoEther = true;
      }
      return Looked.NO_ETHER;
    }
    toldOfNoEther = false;
    SignedTransaction signed =
        new TransactionSigner(key, chain.chainId())
            .sign(
                // The same number as of one that waits: it is replaced, never done twice.
                chain.nonce(key.address()),
                new Fees(maxWei, market.tipWei()),
                limit,
                write.contract(),
                write.valueWei(),
                write.data());
    chain.send(signed.raw(), signed.hash());
    LOG.info("{}: sent {} as {}", key.address(), duty.name(), signed.hash());
    return Looked.SENT;
  }

  /** Ends; a look in progress fails. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
