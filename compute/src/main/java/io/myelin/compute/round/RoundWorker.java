package io.myelin.compute.round;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.transaction.TransactionSender;
import io.myelin.committee.CommitteeClient;
import io.myelin.compute.task.EngineDesk;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.round.RoundReader;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's part in cognitive rounds: it looks at those that go on and, where it was drawn, does
 * what {@link io.myelin.protocol.cognitive.RoundNode} says. Whenever it dies, the next one goes on
 * from the chain and from the disk.
 */
public final class RoundWorker implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(RoundWorker.class);

  private final RoundSettings settings;
  private final ChainClient chain;
  private final RoundReader reader;
  private final RoundPlayer player;
  private final InstantSource clock;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("round-", 0).factory());
  private final Semaphore news = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  private RoundWorker(
      RoundSettings settings,
      Address self,
      InferenceEngine engine,
      EngineDesk desk,
      ChainClient chain,
      NetworkContracts network,
      TransactionSender sender,
      CommitteeClient committee,
      RoundFiles files,
      InstantSource clock,
      RandomGenerator random,
      RoundConduct conduct) {
    this.settings = settings;
    this.chain = chain;
    this.reader = new RoundReader(chain, network);
    this.clock = clock;
    this.player =
        new RoundPlayer(
            self,
            chain,
            network.cognitive(),
            committee.rounds(),
            new RoundMaker(self, engine, desk, committee.rounds()),
            files,
            new ChainWrites(sender),
            random,
            threads,
            news::release,
            conduct);
    this.thread = Thread.ofVirtual().name("round-worker").unstarted(this::work);
  }

  /**
   * Starts to take part.
   *
   * @param self the node's address, which is drawn
   * @param engine whose models the node serves
   * @param desk where they run, in the node's slots
   * @param sender of the node's key, which pays the gas; the caller closes it, after this
   * @param committee that asks with the node's key; the caller closes it, after this
   * @param random for salts
   * @param conduct {@link RoundConduct#HONEST}, unless the node fails on purpose
   * @throws IOException when the folder cannot be used
   */
  public static RoundWorker start(
      RoundSettings settings,
      Address self,
      InferenceEngine engine,
      EngineDesk desk,
      ChainClient chain,
      NetworkContracts network,
      TransactionSender sender,
      CommitteeClient committee,
      InstantSource clock,
      RandomGenerator random,
      RoundConduct conduct)
      throws IOException {
    // Windows have the same numbers on every chain.
    Path folder =
        settings.folder().resolve(chain.genesis().shortHex() + "-" + network.directory().address());
    RoundWorker worker =
        new RoundWorker(
            settings,
            self,
            engine,
            desk,
            chain,
            network,
            sender,
            committee,
            RoundFiles.open(folder),
            clock,
            random,
            conduct);
    worker.thread.start();
    return worker;
  }

  private void work() {
    while (!closed) {
      try {
        pass();
        boolean _ = news.tryAcquire(settings.poll().toMillis(), TimeUnit.MILLISECONDS);
        int _ = news.drainPermits();
      } catch (InterruptedException e) {
        return;
      } catch (ChainException e) {
        if (closed || !pause()) {
          return;
        }
        logger.warn("Rounds: {}", e.getMessage());
      } catch (IOException | RuntimeException e) {
        logger.error("A fault in the node's rounds; please report it", e);
        if (!pause()) {
          return;
        }
      }
    }
  }

  private boolean pause() {
    try {
      boolean _ = news.tryAcquire(settings.poll().toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void pass() throws IOException {
    List<RoundView> live = reader.live();
    long chainSeconds = chain.head().timestampSeconds();
    long nowSeconds = Math.max(chainSeconds, clock.millis() / 1_000);
    Set<Long> numbers = new HashSet<>();
    for (RoundView round : live) {
      numbers.add(round.number());
      player.look(round, nowSeconds);
    }
    long oldest = reader.times().windowOf(chainSeconds) - reader.times().windowsBack();
    player.retain(numbers, oldest);
  }

  /** Where what it made in rounds lies, in a node's data folder. */
  public static Path folderIn(Path data) {
    return data.resolve("rounds");
  }

  /** Stops taking part; what it made stays on disk for the next start. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    threads.shutdownNow();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
      boolean _ = threads.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
