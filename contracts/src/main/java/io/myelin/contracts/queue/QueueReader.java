package io.myelin.contracts.queue;

import com.google.protobuf.ByteString;
import io.myelin.chain.ChainClient;
import io.myelin.chain.LogFilter;
import io.myelin.chain.LogRanges;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueOffer;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.protocol.queue.QueueReveal;
import io.myelin.protocol.queue.QueueStage;
import io.myelin.protocol.queue.QueueTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Reads tasks and sessions of the queue. Every method blocks for a bounded time. */
public final class QueueReader {
  private final ChainClient chain;
  private final NetworkContracts network;
  private final long firstBlock;
  private final Map<SessionId, TermsEvent.Opened> sessions = new ConcurrentHashMap<>();

  /**
   * Of a network.
   *
   * @param firstBlock no event of the network is older
   */
  public QueueReader(ChainClient chain, NetworkContracts network, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.firstBlock = firstBlock;
  }

  /**
   * A task after the newest block; empty when there is none of that id.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<QueueTask> task(TaskId id) {
    Digest word = word(id);
    long head = chain.head().number();
    SessionQueue.Task task = network.queue().taskOf(word).on(chain, head);
    if (QueuePhase.of(task.phase()) == QueuePhase.NONE) {
      return Optional.empty();
    }
    List<QueueOffer> offers = new ArrayList<>();
    for (SessionQueue.Attempt one : network.queue().attemptsOf(word).on(chain, head)) {
      offers.add(
          new QueueOffer(
              offers.size() + 1,
              one.node(),
              QueueStage.of(one.stage()),
              one.primary(),
              one.revealAsked(),
              one.ackDueAt(),
              one.precommit(),
              one.statement()));
    }
    return Optional.of(
        new QueueTask(
            id,
            ChainTerms.sessionId(task.sessionId()),
            task.specDigest(),
            QueuePhase.of(task.phase()),
            task.heldWei(),
            task.maxPromptTokens(),
            task.maxOutputTokens(),
            task.deadlineAt(),
            task.precommitDueAt(),
            task.commitDueAt(),
            task.validateDueAt(),
            offers));
  }

  /**
   * Everything that happened to a task, in order.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public List<SessionQueue.Event> history(TaskId id) {
    return events(List.of(List.of(), List.of(word(id))));
  }

  /**
   * The queue's events with these topics, in order.
   *
   * @param topics per position the accepted values; an empty set accepts any
   */
  public List<SessionQueue.Event> events(List<List<Digest>> topics) {
    LogFilter filter = new LogFilter(List.of(network.queue().address()), topics);
    return LogRanges.read(chain, filter, firstBlock, chain.head().number()).stream()
        .flatMap(log -> SessionQueue.event(log).stream())
        .toList();
  }

  /** The spec that went on chain with a task; empty bytes where none did. */
  public static ByteString spec(List<SessionQueue.Event> history) {
    return history.stream()
        .filter(SessionQueue.TaskQueuedEvent.class::isInstance)
        .map(SessionQueue.TaskQueuedEvent.class::cast)
        .findFirst()
        .map(queued -> ByteString.copyFrom(queued.spec().toArray()))
        .orElse(ByteString.EMPTY);
  }

  /** What those who are still in a task revealed, in the order of their offers. */
  public static List<QueueReveal> reveals(QueueTask task, List<SessionQueue.Event> history) {
    List<QueueReveal> reveals = new ArrayList<>();
    for (QueueOffer offer : task.offers()) {
      if (offer.stage() != QueueStage.COMMITTED) {
        continue;
      }
      for (SessionQueue.Event event : history) {
        if (event instanceof SessionQueue.TaskCommittedEvent committed
            && committed.attempt().intValueExact() == offer.attempt()) {
          reveals.add(reveal(offer, committed));
        }
      }
    }
    return reveals;
  }

  private static QueueReveal reveal(QueueOffer offer, SessionQueue.TaskCommittedEvent committed) {
    SessionQueue.Reveal reveal = committed.reveal();
    return new QueueReveal(
        offer.attempt(),
        offer.node(),
        offer.primary(),
        reveal.streamHead(),
        reveal.outputDigest(),
        reveal.evidenceDigest(),
        reveal.promptTokens(),
        reveal.outputTokens(),
        (int) reveal.finishReason(),
        ByteString.copyFrom(committed.output().toArray()));
  }

  /**
   * The terms that a session was opened with; empty when it was not.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<TermsEvent.Opened> session(SessionId id) {
    TermsEvent.Opened known = sessions.get(id);
    if (known != null) {
      return Optional.of(known);
    }
    LogFilter filter =
        new LogFilter(
            List.of(network.sessions().address()),
            List.of(
                List.of(Session.SessionOpenedEvent.TYPE.topic()), List.of(ChainTerms.word(id))));
    Optional<TermsEvent.Opened> found =
        LogRanges.read(chain, filter, firstBlock, chain.head().number()).stream()
            .flatMap(log -> TermsEvent.from(log).stream())
            .filter(TermsEvent.Opened.class::isInstance)
            .map(TermsEvent.Opened.class::cast)
            .findFirst();
    found.ifPresent(opened -> sessions.put(id, opened));
    return found;
  }

  /** A task's id as the contracts take it. */
  public static Digest word(TaskId id) {
    return Digest.of(id.bytes());
  }

  /** A task's id from a word of the contracts. */
  public static TaskId id(Digest word) {
    return TaskId.of(word.bytes());
  }
}
