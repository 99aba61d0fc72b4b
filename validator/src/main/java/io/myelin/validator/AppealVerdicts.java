package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.committee.Cases;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.SetLine;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.v1.ExamineReply;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has appeals decided whose work this validator checked, as it found it itself: an owner who knows
 * that its node lied would otherwise let the time pass, and have its bond back. Whoever keeps the
 * work may ask, also who has no seat.
 */
public final class AppealVerdicts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppealVerdicts.class);
  private static final Duration LOOK = Duration.ofSeconds(15);
  private static final long STEP_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long AGAIN_NANOS = Duration.ofMinutes(10).toNanos();

  private final WorkFiles files;
  private final Cases cases;
  private final WorkVerdicts.Sender sender;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey key;
  private final LogTail events;
  private final Map<Key, Long> notBefore = new LinkedHashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofVirtual().name("validator-appeals").factory());

  private record Key(Address node, Digest evidence) {}

  AppealVerdicts(
      WorkFiles files,
      Cases cases,
      WorkVerdicts.Sender sender,
      ChainClient chain,
      NetworkContracts network,
      long firstBlock,
      OperatorKey key) {
    this.files = files;
    this.cases = cases;
    this.sender = sender;
    this.chain = chain;
    this.network = network;
    this.key = key;
    this.events =
        new LogTail(
            chain,
            new LogFilter(
                List.of(network.nodes().address()),
                List.of(List.of(NodePool.AppealedEvent.TYPE.topic()))),
            firstBlock);
  }

  /**
   * Looks from now on.
   *
   * @param node whose findings they are
   * @param chain which the caller closes, after this
   * @param firstBlock no event of the network's contracts is older
   */
  public static AppealVerdicts start(
      ValidatorNode node,
      Cases cases,
      WorkVerdicts.Sender sender,
      ChainClient chain,
      NetworkContracts network,
      long firstBlock,
      OperatorKey key) {
    AppealVerdicts verdicts =
        new AppealVerdicts(node.work().files(), cases, sender, chain, network, firstBlock, key);
    var _ =
        verdicts.clock.scheduleWithFixedDelay(
            verdicts::attempt, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    return verdicts;
  }

  private void attempt() {
    try {
      look(System.nanoTime());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("appeals wait: {}", e.toString());
    }
  }

  /**
   * Asks for what can be decided, and is this validator's turn.
   *
   * @throws ChainException when the chain cannot be read
   */
  void look(long nowNanos) throws InterruptedException {
    for (EventLog log : events.next()) {
      if (NodePool.event(log).orElse(null) instanceof NodePool.AppealedEvent appealed) {
        notBefore.putIfAbsent(new Key(appealed.node(), appealed.evidenceDigest()), nowNanos);
      }
    }
    long newest = network.validators().setVersion().on(chain);
    long nowSeconds = chain.head().timestampSeconds();
    for (Key one : List.copyOf(notBefore.keySet())) {
      NodePool.Cut cut = network.nodes().cutOf(one.node(), one.evidence()).on(chain);
      if (FraudCut.Phase.of(cut.phase()) != FraudCut.Phase.APPEALED) {
        notBefore.remove(one);
      } else if (cut.judgedBy() <= newest) {
        long sinceSeconds =
            Math.max(cut.since(), network.validators().madeAt(cut.judgedBy()).on(chain));
        boolean isOver = nowSeconds >= sinceSeconds + FraudCut.DECIDE_SECONDS;
        long turnNanos = sinceSeconds * 1_000_000_000L + STEP_NANOS * rank(one, cut.judgedBy());
        if (!isOver
            && nowSeconds * 1_000_000_000L >= turnNanos
            && notBefore.getOrDefault(one, nowNanos) - nowNanos <= 0) {
          notBefore.put(one, nowNanos + AGAIN_NANOS);
          ask(one);
        }
      }
    }
  }

  private int rank(Key one, long set) {
    return rank(
        network.validators().ownerOf(key.address()).on(chain),
        one.evidence(),
        network.nodes().barredOf(one.node(), one.evidence()).on(chain),
        SetLine.candidates(network.validators().setOf(set).on(chain).line()).stream()
            .map(Candidate::owner)
            .toList());
  }

  /**
   * Whose turn it is: first those who gave the verdict, in their order, then the others of the set
   * that decides, in an order that follows from the evidence, so that they do not all ask at once;
   * last who is none of them.
   */
  static int rank(Address self, Digest evidence, List<Address> barred, List<Address> set) {
    int place = barred.indexOf(self);
    if (place >= 0) {
      return place;
    }
    List<Address> others =
        set.stream()
            .filter(owner -> !barred.contains(owner))
            .sorted(
                Comparator.comparing(
                    owner -> Keccak256.hash(evidence.bytes(), owner.bytes()).hex()))
            .toList();
    int after = others.indexOf(self);
    return barred.size() + (after < 0 ? others.size() : after);
  }

  private void ask(Key one) throws InterruptedException {
    Optional<WorkFiles.Kept> kept;
    try {
      kept = files.find(one.evidence());
    } catch (IOException e) {
      LOG.warn("the work of evidence {} cannot be read: {}", one.evidence(), e.toString());
      return;
    }
    boolean exact = kept.filter(work -> work.found() == ExamineReply.Found.FOUND_EXACT).isPresent();
    boolean lie = kept.filter(WorkFiles.Kept::accuses).isPresent();
    if (!exact && !lie) {
      return;
    }
    try {
      Quorum quorum = cases.appeal(kept.orElseThrow().charge(), exact);
      boolean sent =
          sender.send(
              "appeal/" + one.node() + "/" + one.evidence().shortHex(),
              network
                  .nodes()
                  .decide(
                      one.node(), one.evidence(), exact, quorum.seatsBits(), quorum.signatures()));
      LOG.warn(
          "the verdict on node {} by evidence {} is {}: {}",
          one.node(),
          one.evidence(),
          exact ? "overturned" : "upheld",
          sent ? "brought to the chain" : "not brought to the chain from here");
    } catch (NotAgreedException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  /** Ends; a question in progress fails. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
