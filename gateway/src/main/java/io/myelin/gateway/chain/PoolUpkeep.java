package io.myelin.gateway.chain;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.chain.Committee.Quorum;
import io.myelin.gateway.hub.SignedHello;
import io.myelin.gateway.session.ChainPool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SignOfLife;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings nodes into the pool, and back into it after their sessions: a node that waits for a
 * verdict is asked for a sign of life and for its answers to an exam, a committee judges both, and
 * the gateway pays the gas. A few nodes at a time, none of which another has to wait for; one that
 * fails is left for a while, for longer each time.
 */
public final class PoolUpkeep {
  private static final Logger log = LoggerFactory.getLogger(PoolUpkeep.class);
  private static final int QUALIFIED = 2;
  private static final int PROOF_SECONDS = 30;
  private static final int MOST_AT_ONCE = 4;
  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Committee committee;
  private final ChainWrites writes;
  private final ChainView view;
  private final Executor work;
  private final LongSupplier nanos;
  private final Set<Address> underWay = new HashSet<>();
  private final Map<Address, Pause> pauses = new HashMap<>();

  /** How long a node that failed is left, from when. */
  private record Pause(long sinceNanos, long lengthNanos) {}

  PoolUpkeep(
      ChainClient chain,
      NetworkContracts network,
      Committee committee,
      ChainWrites writes,
      ChainView view,
      Executor work,
      LongSupplier nanos) {
    this.chain = chain;
    this.network = network;
    this.committee = committee;
    this.writes = writes;
    this.view = view;
    this.work = work;
    this.nanos = nanos;
  }

  /**
   * The nodes connected here.
   *
   * @param challenge how one is asked for a proof
   * @param dismiss how one is sent away, with the reason
   */
  public record Connected(
      Supplier<List<Address>> nodes,
      BiFunction<Address, Digest, CompletableFuture<SignedHello>> challenge,
      BiConsumer<Address, String> dismiss) {}

  /** Looks at every connected node once, and begins the tests that are due; does not wait. */
  void run(Connected connected) {
    List<Address> here = connected.nodes().get();
    synchronized (this) {
      pauses.keySet().retainAll(here);
    }
    for (Address node : here) {
      if (view.now()
          .node(node)
          .filter(entry -> entry.standing() == ChainPool.Standing.SUSPENDED)
          .isPresent()) {
        // Its sessions get another in its place; it is not let in again (ChainNodeAdmission).
        log.warn("node {} is suspended by a verdict: it works here no more", node);
        connected.dismiss().accept(node, "suspended by a verdict; ./myelin doctor says why");
      } else if (view.now().node(node).filter(ChainPool.Entry::wantsTest).isPresent()
          && mayBegin(node)) {
        work.execute(() -> attempt(node, connected));
      }
    }
  }

  private synchronized boolean mayBegin(Address node) {
    Pause pause = pauses.get(node);
    if (pause != null && nanos.getAsLong() - pause.sinceNanos() < pause.lengthNanos()) {
      return false;
    }
    return underWay.size() < MOST_AT_ONCE && underWay.add(node);
  }

  private void attempt(Address node, Connected connected) {
    // Only what is the node's own doing lets it wait for longer each time.
    Ended ended = Ended.NOT_ITS_DOING;
    try {
      test(node, connected);
      ended = Ended.PASSED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (NoQuorumException e) {
      ended = e.why() == NoQuorumException.Why.REFUSED ? Ended.FAILED : Ended.NOT_ITS_DOING;
      log.info("node {} is not tested yet: {}", node, e.getMessage());
    } catch (ExecutionException | TimeoutException e) {
      ended = Ended.FAILED;
      log.info("node {} gives no proof: {}", node, e.getMessage() == null ? e : e.getMessage());
    } catch (io.myelin.chain.ChainException | IllegalStateException e) {
      log.info("node {} is not tested yet: {}", node, e.getMessage() == null ? e : e.getMessage());
    } catch (RuntimeException e) {
      log.error("node {} is not tested: a fault of the gateway itself", node, e);
    } finally {
      ended(node, ended);
    }
  }

  private enum Ended {
    PASSED,
    FAILED,
    NOT_ITS_DOING
  }

  private synchronized void ended(Address node, Ended how) {
    underWay.remove(node);
    if (how == Ended.PASSED) {
      pauses.remove(node);
      return;
    }
    Pause before = pauses.get(node);
    long lengthNanos = before == null ? FIRST_PAUSE_NANOS : before.lengthNanos();
    if (before != null && how == Ended.FAILED) {
      lengthNanos = Math.min(2 * lengthNanos, LONGEST_PAUSE_NANOS);
    }
    pauses.put(node, new Pause(nanos.getAsLong(), lengthNanos));
  }

  private void test(Address node, Connected connected)
      throws InterruptedException, ExecutionException, TimeoutException, NoQuorumException {
    NodePool.Node entry = network.nodes().nodeOf(node).on(chain);
    if (entry.standing() == QUALIFIED && entry.untested() == 0) {
      // Somebody else was faster, or what was read before is old.
      return;
    }
    BlockHeader head = chain.head();
    Digest nonce = SignOfLife.nonce(node, entry.round(), head.hash());
    SignedHello proof =
        connected.challenge().apply(node, nonce).get(PROOF_SECONDS, TimeUnit.SECONDS);
    SignOfLife life =
        new SignOfLife(entry.round(), head.number(), head.hash(), proof.hello(), proof.signature());
    Quorum quorum = committee.judge(life, proof.paper());
    TransactionOutcome outcome =
        writes.once(
            "judge/" + node + "/" + entry.round(),
            network
                .nodes()
                .judge(
                    node,
                    SignOfLife.QUALIFIED,
                    SignOfLife.EVIDENCE,
                    quorum.seats(),
                    quorum.signatures()));
    if (!(outcome instanceof TransactionOutcome.Succeeded)) {
      throw new IllegalStateException(ChainWrites.text(outcome));
    }
    log.info("node {} is back in the pool", node);
  }
}
