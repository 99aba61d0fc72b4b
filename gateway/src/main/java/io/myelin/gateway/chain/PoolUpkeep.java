package io.myelin.gateway.chain;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.chain.Committee.NoQuorumException;
import io.myelin.gateway.chain.Committee.Quorum;
import io.myelin.gateway.hub.SignedHello;
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

  /** What is known of a test as it goes on. */
  private static final class Attempt {
    private final List<ExamFigures.Measured> measured = new ArrayList<>();
    private long round = -1;
  }

  private void attempt(Address node, Connected connected) {
    Attempt made = new Attempt();
    TestEnd ended = TestEnd.NOT_ITS_DOING;
    try {
      ended = test(node, connected, made);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (NoQuorumException
        | ExecutionException
        | TimeoutException
        | ChainException
        | IllegalStateException e) {
      ended = end(node, made, e);
      String why = words(e);
      log.info("node {} is not in the pool by this test ({}): {}", node, ended, why);
      if (ended == TestEnd.FAILED) {
        tell(node, connected, false, why, made.measured);
      }
    } catch (RuntimeException e) {
      log.error("node {} is not tested: a fault of the gateway itself", node, e);
    } finally {
      ended(node, ended);
    }
  }

  /** A node at two gateways is tested by both: what the slower one is told is not the node's. */
  private TestEnd end(Address node, Attempt made, Exception failure) {
    try {
      boolean waits =
          made.round < 0 || TestEnd.waits(network.nodes().nodeOf(node).on(chain), made.round);
      return TestEnd.of(failure, waits);
    } catch (ChainException e) {
      return TestEnd.NOT_ITS_DOING;
    }
  }

  private static String words(Exception failure) {
    Throwable told =
        failure instanceof ExecutionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return told.getMessage() == null ? told.toString() : told.getMessage();
  }

  private void tell(
      Address node,
      Connected connected,
      boolean passed,
      String detail,
      List<ExamFigures.Measured> measured) {
    connected.examined().accept(node, new ExamFigures(passed, detail, clock.millis(), measured));
  }

  private synchronized void ended(Address node, TestEnd how) {
    underWay.remove(node);
    if (how == TestEnd.PASSED || how == TestEnd.OVERTAKEN) {
      pauses.remove(node);
      return;
    }
    Pause before = pauses.get(node);
    long lengthNanos = before == null ? FIRST_PAUSE_NANOS : before.lengthNanos();
    if (before != null && how.isItsDoing()) {
      lengthNanos = Math.min(2 * lengthNanos, LONGEST_PAUSE_NANOS);
    }
    pauses.put(node, new Pause(nanos.getAsLong(), lengthNanos));
  }

  private TestEnd test(Address node, Connected connected, Attempt made)
      throws InterruptedException, ExecutionException, TimeoutException, NoQuorumException {
    NodePool.Node entry = network.nodes().nodeOf(node).on(chain);
    if (!TestEnd.waits(entry, entry.round())) {
      // Somebody else was faster, or what was read before is old.
      return TestEnd.OVERTAKEN;
    }
    made.round = entry.round();
    int context = committee.examContext();
    BlockHeader head = chain.head();
    Digest nonce = SignOfLife.nonce(node, entry.round(), head.hash());
    SignedHello proof = connected.challenge().ask(node, nonce, context).get();
    made.measured.addAll(proof.measured());
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
    log.info("node {} is back in the pool; {}", node, words(made.measured));
    tell(node, connected, true, "let in: its answers are its models'", made.measured);
    return TestEnd.PASSED;
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
