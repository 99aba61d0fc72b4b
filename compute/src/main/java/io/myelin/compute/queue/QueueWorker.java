package io.myelin.compute.queue;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.LogFilter;
import io.myelin.chain.event.CursorSettings;
import io.myelin.chain.event.EventCursor;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.committee.CommitteeClient;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.compute.evidence.FileEvidenceStore;
import io.myelin.compute.exam.ExamDesk;
import io.myelin.compute.task.CommitSigner;
import io.myelin.compute.task.EngineDesk;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.TaskId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node that serves the queue on chain: it follows the queue's events and, for each task that was
 * offered to it, does what {@link io.myelin.protocol.queue.QueueNode} says, until the task has
 * ended. Whenever it dies, the next one goes on from the chain and from the disk.
 */
public final class QueueWorker implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(QueueWorker.class);
  private static final long ASSIGN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long OVER_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long NEVER = Long.MAX_VALUE;
  private static final long POOL_LOOK_NANOS = TimeUnit.SECONDS.toNanos(15);

  private final QueueSettings settings;
  private final ChainStore store;
  private final EvidenceStore promises;
  private final QueueInbox inbox;
  private final QueueTasks tasks;
  private final PoolReturn pool;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("queue-", 0).factory());
  private final Semaphore news = new Semaphore(0);
  private final AtomicBoolean inboxChanged = new AtomicBoolean(true);
  private final AtomicBoolean lookingAtPool = new AtomicBoolean();
  private final EventCursor<Connection> cursor;
  private final Thread thread;
  private volatile boolean closed;
  private List<QueueInbox.Offered> open = List.of();
  private final Map<TaskId, Long> over = new HashMap<>();
  private final Map<TaskId, Long> unassigned = new HashMap<>();

  private QueueWorker(
      QueueSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      EngineDesk desk,
      ExamDesk exams,
      CommitSigner signer,
      ChainClient chain,
      NetworkContracts network,
      ChainStore store,
      TransactionSender sender,
      CommitteeClient committee,
      InstantSource clock,
      EvidenceStore promises) {
    this.settings = settings;
    this.store = store;
    this.promises = promises;
    ChainWrites writes = new ChainWrites(sender);
    this.tasks =
        new QueueTasks(
            key.address(),
            engine,
            desk,
            new QueuePromises(promises, signer),
            chain,
            network,
            settings.firstBlock(),
            writes,
            new VerdictDesk(committee, network, writes, threads),
            clock,
            threads,
            news::release);
    this.pool =
        new PoolReturn(chain, network, committee, writes, key, engine, exams, settings.slots());
    this.inbox =
        new QueueInbox(
            key.address(),
            chain.genesis(),
            () -> {
              inboxChanged.set(true);
              news.release();
            });
    this.cursor =
        EventCursor.start(
            chain,
            CursorSettings.of(
                    "queue/" + chain.genesis().shortHex() + "/" + network.queue().address(),
                    LogFilter.of(network.queue().address()).events(QueueInbox.TOPICS),
                    settings.firstBlock(),
                    settings.confirmations())
                .polling(settings.poll()),
            store.events(),
            inbox);
    this.thread = Thread.ofVirtual().name("queue-worker").unstarted(this::work);
  }

  /**
   * Starts to follow the queue.
   *
   * @param engine whose models the node serves
   * @param desk where they run, in the node's slots
   * @param exams where it sits exams
   * @param signer of promises
   * @param store for the cursor and what was offered; the caller closes it, after this
   * @param sender of the node's key, which pays the gas; the caller closes it, after this
   * @param committee that asks with the node's key; the caller closes it, after this
   * @throws IOException when the folder cannot be used
   */
  public static QueueWorker start(
      QueueSettings settings,
      OperatorKey key,
      InferenceEngine engine,
      EngineDesk desk,
      ExamDesk exams,
      CommitSigner signer,
      ChainClient chain,
      NetworkContracts network,
      ChainStore store,
      TransactionSender sender,
      CommitteeClient committee,
      InstantSource clock)
      throws IOException {
    EvidenceStore promises =
        FileEvidenceStore.open(settings.folder().resolve("promises"), settings.promises());
    QueueWorker worker =
        new QueueWorker(
            settings, key, engine, desk, exams, signer, chain, network, store, sender, committee,
            clock, promises);
    if (chain.balance(key.address()).signum() == 0) {
      logger.warn(
          "Account {} has no ether for gas, so it can take no task of the queue: send it some",
          key.address());
    }
    worker.thread.start();
    return worker;
  }

  private void work() {
    long poolLookedNanos = System.nanoTime();
    while (!closed) {
      try {
        pass();
        if (System.nanoTime() - poolLookedNanos > POOL_LOOK_NANOS) {
          poolLookedNanos = System.nanoTime();
          threads.execute(this::lookAtPool);
        }
        boolean _ = news.tryAcquire(settings.poll().toMillis(), TimeUnit.MILLISECONDS);
        int _ = news.drainPermits();
      } catch (InterruptedException e) {
        return;
      } catch (ChainException e) {
        if (closed) {
          return;
        }
        logger.warn("The queue: {}", e.getMessage());
      } catch (RuntimeException e) {
        logger.error("A fault in the node's queue itself; please report it", e);
      }
    }
  }

  /** A client that died after it had queued a task is helped on. */
  private void assignLate(TaskId id) {
    long nowNanos = System.nanoTime();
    Long due = unassigned.putIfAbsent(id, nowNanos + ASSIGN_NANOS);
    if (due != null && due != NEVER && nowNanos - due > 0) {
      unassigned.put(id, tasks.assign(id) ? nowNanos + ASSIGN_NANOS : NEVER);
    }
  }

  private void lookAtPool() {
    // An exam may take longer than it is until the next look.
    if (lookingAtPool.getAndSet(true)) {
      return;
    }
    try {
      pool.look();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      logger.warn("Whether the node is in the pool: {}", e.getMessage());
    } finally {
      lookingAtPool.set(false);
    }
  }

  private void pass() throws InterruptedException {
    if (inboxChanged.getAndSet(false)) {
      open = inbox.open(store);
      var known = new HashSet<TaskId>();
      open.forEach(offered -> known.add(offered.id()));
      unassigned.keySet().retainAll(known);
      over.clear();
      tasks.retain(known);
    }
    for (QueueInbox.Offered offered : open) {
      if (offered.offers() == 0) {
        assignLate(offered.id());
        continue;
      }
      // Who is out of a task may be in again, by another offer or a reorganisation.
      Long lookedNanos = over.get(offered.id());
      if (lookedNanos != null && System.nanoTime() - lookedNanos < OVER_NANOS) {
        continue;
      }
      try {
        if (tasks.look(offered)) {
          over.put(offered.id(), System.nanoTime());
        }
      } catch (IOException e) {
        logger.error("Task {}: the disk: {}", offered.id().shortHex(), e.getMessage());
      }
    }
  }

  /** Where the queue's promises lie, in a node's data folder. */
  public static Path folderIn(Path data) {
    return data.resolve("queue");
  }

  /** Stops following; promises stay on disk for the next start. */
  @Override
  public void close() {
    closed = true;
    cursor.close();
    thread.interrupt();
    threads.shutdownNow();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      boolean _ = threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    try {
      promises.close();
    } catch (IOException e) {
      logger.warn("Closing the queue's folder failed", e);
    }
  }
}
