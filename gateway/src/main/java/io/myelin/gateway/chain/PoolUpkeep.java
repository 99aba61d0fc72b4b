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
import io.myelin.gateway.hub.SlowExamException;
import io.myelin.gateway.session.ChainPool;
import io.myelin.gateway.session.ExamFigures;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SignOfLife;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
  private final InstantSource clock;
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
      LongSupplier nanos,
      InstantSource clock) {
    this.chain = chain;
    this.network = network;
    this.committee = committee;
    this.writes = writes;
    this.view = view;
    this.work = work;
    this.nanos = nanos;
    this.clock = clock;
  }

  /**
   * The nodes connected here.
   *
   * @param challenge how one is asked for a proof
   * @param dismiss how one is sent away, with the reason
   * @param examined told how an exam ended
   */
  public record Connected(
      Supplier<List<Address>> nodes,
      Challenge challenge,
      BiConsumer<Address, String> dismiss,
      BiConsumer<Address, ExamFigures> examined) {}

  /** How a node is asked for a proof and its exam, over so many words of context. */
  @FunctionalInterface
  public interface Challenge {
    /** Done when it is there, or its time is over. */
    CompletableFuture<SignedHello> ask(Address node, Digest nonce, int context);
  }

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
    List<ExamFigures.Measured> measured = new ArrayList<>();
    try {
      test(node, connected, measured);
      ended = Ended.PASSED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (NoQuorumException e) {
      ended = e.why() == NoQuorumException.Why.REFUSED ? Ended.FAILED : Ended.NOT_ITS_DOING;
      log.info("node {} is not tested yet: {}", node, e.getMessage());
      tell(node, connected, false, String.valueOf(e.getMessage()), measured);
    } catch (ExecutionException e) {
      ended = Ended.FAILED;
      if (e.getCause() instanceof SlowExamException slow) {
        log.info("node {} is kept out, and no cheat: {}", node, slow.getMessage());
        tell(node, connected, false, String.valueOf(slow.getMessage()), measured);
      } else {
        log.info("node {} gives no proof: {}", node, e.getMessage() == null ? e : e.getMessage());
      }
    } catch (TimeoutException | io.myelin.chain.ChainException | IllegalStateException e) {
      log.info("node {} is not tested yet: {}", node, e.getMessage() == null ? e : e.getMessage());
    } catch (RuntimeException e) {
      log.error("node {} is not tested: a fault of the gateway itself", node, e);
    } finally {
      ended(node, ended);
    }
  }

  private void tell(
      Address node,
      Connected connected,
      boolean passed,
      String detail,
      List<ExamFigures.Measured> measured) {
    connected.examined().accept(node, new ExamFigures(passed, detail, clock.millis(), measured));
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

  private void test(Address node, Connected connected, List<ExamFigures.Measured> measured)
      throws InterruptedException, ExecutionException, TimeoutException, NoQuorumException {
    NodePool.Node entry = network.nodes().nodeOf(node).on(chain);
    if (entry.standing() == QUALIFIED && entry.untested() == 0) {
      // Somebody else was faster, or what was read before is old.
      return;
    }
    int context = committee.examContext();
    BlockHeader head = chain.head();
    Digest nonce = SignOfLife.nonce(node, entry.round(), head.hash());
    SignedHello proof = connected.challenge().ask(node, nonce, context).get();
    measured.addAll(proof.measured());
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
    log.info("node {} is back in the pool; {}", node, words(measured));
    tell(node, connected, true, "let in: its answers are its models'", measured);
  }

  private static String words(List<ExamFigures.Measured> measured) {
    return measured.isEmpty()
        ? "nothing was examined"
        : measured.stream()
            .map(
                one ->
                    String.format(
                        Locale.ROOT,
                        "%s: %d tokens over %d of prompt in %.1f s",
                        one.model(),
                        one.outputTokens(),
                        one.promptTokens(),
                        one.millis() / 1000.0))
            .collect(Collectors.joining(", "));
  }
}
