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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings nodes into the pool, and back into it after their sessions: a node that waits for a
 * verdict is asked for a sign of life and for its answers to an exam, a committee judges both, and
 * the gateway pays the gas. Each node connected here is looked at in turn; one that fails is left
 * for a while.
 */
public final class PoolUpkeep {
  private static final Logger log = LoggerFactory.getLogger(PoolUpkeep.class);
  private static final int PROOF_SECONDS = 30;
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final Committee committee;
  private final ChainWrites writes;
  private final ChainView view;
  private final Map<Address, Long> notBefore = new HashMap<>();

  PoolUpkeep(
      ChainClient chain,
      NetworkContracts network,
      Committee committee,
      ChainWrites writes,
      ChainView view) {
    this.chain = chain;
    this.network = network;
    this.committee = committee;
    this.writes = writes;
    this.view = view;
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

  /** Looks at every connected node once; blocks. */
  void run(Connected connected, long nowNanos) throws InterruptedException {
    for (Address node : connected.nodes().get()) {
      if (view.now()
          .node(node)
          .filter(entry -> entry.standing() == ChainPool.Standing.SUSPENDED)
          .isPresent()) {
        // Its sessions get another in its place; it is not let in again (ChainNodeAdmission).
        log.warn("node {} is suspended by a verdict: it works here no more", node);
        connected.dismiss().accept(node, "suspended by a verdict; ./myelin doctor says why");
        continue;
      }
      boolean waits = view.now().node(node).filter(ChainPool.Entry::wantsTest).isPresent();
      if (!waits || nowNanos - notBefore.getOrDefault(node, nowNanos) < 0) {
        continue;
      }
      try {
        test(node, connected);
        notBefore.remove(node);
      } catch (NoQuorumException
          | ExecutionException
          | TimeoutException
          | io.myelin.chain.ChainException
          | IllegalStateException e) {
        notBefore.put(node, nowNanos + AGAIN_NANOS);
        log.info("node {} is not tested yet: {}", node, e.getMessage());
      }
    }
  }

  private void test(Address node, Connected connected)
      throws InterruptedException, ExecutionException, TimeoutException, NoQuorumException {
    NodePool.Node entry = network.nodes().nodeOf(node).on(chain);
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
