package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.committee.Cases;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.protocol.work.Charge;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a committee judge the lies that this validator found, and brings the verdict to the chain.
 * Members sign one content for a subject, ever: so of several who found lies of one node the first
 * in the committee's order asks, and each further one a while later.
 */
public final class WorkVerdicts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkVerdicts.class);
  private static final long LOOK_MILLIS = 500;
  private static final long STEP_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long AGAIN_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int MOST_DOUBLINGS = 6;
  private static final int SUSPENDED = 3;

  private final WorkDesk desk;
  private final Cases cases;
  private final Sender sender;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey key;
  private final Map<Digest, Long> notBefore = new HashMap<>();
  private final Map<Digest, Integer> refused = new HashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("validator-verdicts").factory());

  /** Sends a transaction of this validator. */
  public interface Sender {
    /** Sends it when it would succeed and can be paid for; says whether. */
    boolean send(String name, ContractWrite write);
  }

  private WorkVerdicts(
      WorkDesk desk,
      Cases cases,
      Sender sender,
      ChainClient chain,
      NetworkContracts network,
      OperatorKey key) {
    this.desk = desk;
    this.cases = cases;
    this.sender = sender;
    this.chain = chain;
    this.network = network;
    this.key = key;
  }

  /**
   * Looks from now on.
   *
   * @param node whose findings they are
   * @param chain which the caller closes, after this
   */
  public static WorkVerdicts start(
      ValidatorNode node,
      Cases cases,
      Sender sender,
      ChainClient chain,
      NetworkContracts network,
      OperatorKey key) {
    WorkVerdicts verdicts = new WorkVerdicts(node.work(), cases, sender, chain, network, key);
    var _ =
        verdicts.clock.scheduleWithFixedDelay(
            verdicts::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return verdicts;
  }

  private void look() {
    Set<Address> seen = new HashSet<>();
    for (WorkMemory.Accusation accusation : desk.memory().accusations()) {
      Charge charge = accusation.charge();
      // One verdict on a node at a time.
      long nowNanos = System.nanoTime();
      if (notBefore.getOrDefault(charge.digest(), nowNanos) - nowNanos > 0
          || !seen.add(charge.node())) {
        continue;
      }
      try {
        judge(accusation);
      } catch (NotAgreedException e) {
        notBefore.put(charge.digest(), System.nanoTime() + pauseNanos(charge));
        LOG.warn("{}", e.getMessage());
      } catch (ChainException e) {
        LOG.warn("the verdict on node {} waits: {}", charge.node(), e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        notBefore.put(charge.digest(), System.nanoTime() + AGAIN_NANOS);
        LOG.error("the verdict on node {}", charge.node(), e);
      }
    }
  }

  private void judge(WorkMemory.Accusation accusation)
      throws NotAgreedException, InterruptedException {
    Charge charge = accusation.charge();
    Digest digest = charge.digest();
    NodePool.Node node = network.nodes().nodeOf(charge.node()).on(chain);
    if (node.standing() == SUSPENDED || desk.terms().isJudged(charge.node(), digest)) {
      desk.judged(charge);
      notBefore.remove(digest);
      refused.remove(digest);
      return;
    }
    Address self = network.validators().ownerOf(key.address()).on(chain);
    if (self.equals(node.owner()) || !isTurn(charge, self, accusation)) {
      return;
    }
    Quorum quorum = cases.work(charge);
    boolean sent =
        sender.send(
            "verdict/" + charge.node() + "/" + digest.shortHex(),
            network
                .nodes()
                .judge(
                    charge.node(),
                    NodeVerdict.FRAUD,
                    digest,
                    quorum.seatsBits(),
                    quorum.signatures()));
    notBefore.put(digest, System.nanoTime() + (sent ? STEP_NANOS / 10 : AGAIN_NANOS));
    LOG.warn(
        "node {} is found to have lied, by evidence {} ({}): {}",
        charge.node(),
        digest,
        accusation.detail(),
        sent ? "brought to the chain" : "not brought to the chain from here");
  }

  /** Others come to the same of a run only when their own samples do: ever later. */
  private long pauseNanos(Charge charge) {
    if (!charge.isRun()) {
      return AGAIN_NANOS;
    }
    int tries = refused.merge(charge.digest(), 1, Integer::sum);
    return AGAIN_NANOS << Math.min(tries - 1, MOST_DOUBLINGS);
  }

  private boolean isTurn(Charge charge, Address self, WorkMemory.Accusation accusation) {
    Digest subject = Subjects.fraudSubject(charge.node(), charge.digest());
    long set = network.validators().setVersion().on(chain);
    List<Address> committee =
        network.validators().committeeFor(subject, set, Address.ZERO).on(chain);
    int place = committee.indexOf(self);
    long waitNanos = STEP_NANOS * (place < 0 ? committee.size() : place);
    return System.nanoTime() - accusation.sinceNanos() >= waitNanos;
  }

  /** Ends; a question in progress fails. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
