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
import io.myelin.contracts.terms.SetLine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.leader.Duty;
import io.myelin.protocol.leader.Leaders;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what one validator has to do for all, when it is its turn, takes this validator's own seat
 * again when it was benched, and gives its share to the sets' randomness. It keeps nothing: each
 * look asks the chain what is due, and a transaction that another's came before reverts without
 * harm.
 */
public final class Leadership implements AutoCloseable {
  /** How long each leader is waited for before the next steps in. */
  public static final Duration HEARTBEAT = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration WINDOW = Duration.ofHours(1);
  private static final Duration PAUSE = HEARTBEAT.dividedBy(4);

  /** Transactions of one look at one kind of duty; the next look goes on. */
  private static final int MOST_A_LOOK = 8;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey key;
  private final OwnShare share;
  private final ScheduledExecutorService clock;
  private final Nonces nonces = new Nonces(PAUSE.toNanos());
  private boolean toldOfNoEther;

  /** What a look came to. */
  enum Looked {
    /** Nothing is to be done. */
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
    this.share = new OwnShare(chain, network, key);
    this.clock =
        Executors.newScheduledThreadPool(
            Duties.MOST_LANES, Thread.ofVirtual().name("validator-leadership-", 0).factory());
  }

  /**
   * Looks four times a heartbeat from now on.
   *
   * @param chain which the caller closes, after this
   * @param key the operator's; its account pays. Without ether in it this says so once and only
   *     looks
   * @param duties what is looked after
   */
  public static Leadership start(
      ChainClient chain, NetworkContracts network, OperatorKey key, Duties duties) {
    return start(new Leadership(chain, network, key), duties, PAUSE);
  }

  /** As above, looking as often as that. */
  static Leadership start(Leadership leadership, Duties duties, Duration pause) {
    leadership.every(pause, leadership::ownSeat);
    // Each lane by itself: what waits for a committee holds up nothing else.
    duties.lanes().forEach(lane -> leadership.every(pause, () -> leadership.tick(lane)));
    return leadership;
  }

  private void every(Duration pause, Runnable tick) {
    var _ =
        clock.scheduleWithFixedDelay(
            tick, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void ownSeat() {
    attempt("its own seat", () -> present());
    attempt("its share", () -> contribute());
  }

  private void tick(List<Watch> lane) {
    for (Watch watch : lane) {
      attempt(watch.getClass().getSimpleName(), () -> look(watch, System.currentTimeMillis()));
    }
  }

  private interface Look {
    Looked run() throws InterruptedException;
  }

  private void attempt(String what, Look look) {
    try {
      var _ = look.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      // The next look is in a quarter of a heartbeat; others step in meanwhile.
      LOG.warn("{} does not look after {}: {}", key.address(), what, e.toString());
    }
  }

  /**
   * Takes this validator's seat again when it is benched: it runs, so it is back.
   *
   * @throws ChainException when the chain cannot be read
   */
  Looked present() {
    Address owner = network.validators().ownerOf(key.address()).on(chain);
    long benchedUntil = network.validators().validatorOf(owner).on(chain).benchedUntil();
    long nowSeconds = chain.head().timestampSeconds();
    return benchedUntil <= nowSeconds
        ? Looked.NOT_DUE
        : send(new Duty("present", nowSeconds * 1_000), network.validators().present());
  }

  /**
   * Shows the share that is due and seals the next.
   *
   * @throws ChainException when the chain cannot be read
   */
  Looked contribute() {
    Optional<ContractWrite> due = share.due();
    return due.isEmpty()
        ? Looked.NOT_DUE
        : send(new Duty("share", chain.head().timestampSeconds() * 1_000), due.get());
  }

  /** Whose turn it is, by a set. */
  Leaders leaders(long version) {
    ValidatorRegistry validators = network.validators();
    return Leaders.of(
        validators.beaconOf(version).on(chain),
        SetLine.candidates(validators.setOf(version).on(chain).line()),
        WINDOW.toMillis(),
        HEARTBEAT.toMillis());
  }

  /**
   * Does what is due and this validator's turn.
   *
   * @param nowMillis this machine's clock; the chain's counts where it is ahead
   * @return the most that any of it came to
   * @throws ChainException when the chain cannot be read
   */
  Looked look(Watch watch, long nowMillis) throws InterruptedException {
    long latestMillis = Math.max(nowMillis, chain.head().timestampSeconds() * 1_000);
    Looked most = Looked.NOT_DUE;
    ValidatorRegistry validators = network.validators();
    long version = validators.setVersion().on(chain);
    List<Watch.Due> dues = version == 0 ? List.of() : watch.due(latestMillis);
    if (dues.isEmpty()) {
      return most;
    }
    Leaders leaders = leaders(version);
    Address owner = validators.ownerOf(key.address()).on(chain);
    int sent = 0;
    for (Watch.Due due : dues) {
      most = more(most, Looked.NOT_MINE);
      if (!leaders.mayAct(due.duty(), owner, latestMillis)) {
        continue;
      }
      for (ContractWrite write : due.work().prepare()) {
        if (sent == MOST_A_LOOK) {
          return most;
        }
        Looked looked = send(due.duty(), write);
        sent += looked == Looked.SENT ? 1 : 0;
        most = more(most, looked);
      }
    }
    return most;
  }

  private static Looked more(Looked one, Looked other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /**
   * Sends a transaction that is this validator's own to send, when it would succeed and can be paid
   * for; says whether it was sent.
   *
   * @throws ChainException when the chain cannot be read
   */
  public boolean send(String name, ContractWrite write) {
    return send(new Duty(name, 0), write) == Looked.SENT;
  }

  private synchronized Looked send(Duty duty, ContractWrite write) {
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
    long nowNanos = System.nanoTime();
    long nonce = nonces.next(chain.nonce(key.address()), nowNanos);
    SignedTransaction signed =
        new TransactionSigner(key, chain.chainId())
            .sign(
                nonce,
                new Fees(maxWei, market.tipWei()),
                limit,
                write.contract(),
                write.valueWei(),
                write.data());
    chain.send(signed.raw(), signed.hash());
    nonces.sent(nonce, nowNanos);
    LOG.info("{}: sent {} as {}", key.address(), duty.name(), signed.hash());
    return Looked.SENT;
  }

  /** Ends; a look in progress fails. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
