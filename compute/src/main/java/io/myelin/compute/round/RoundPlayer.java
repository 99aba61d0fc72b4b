package io.myelin.compute.round;

import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.committee.RoundCalls;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundNode;
import io.myelin.protocol.cognitive.RoundNode.Made;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent.Kind;
import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what {@link RoundNode} says about each round. All it remembers between two looks is what
 * runs in this process; used on the worker's thread only.
 */
final class RoundPlayer {
  private static final Logger logger = LoggerFactory.getLogger(RoundPlayer.class);
  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long SEATED_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int MOST_DOUBLINGS = 6;

  private final Address self;
  private final ChainClient chain;
  private final Cognitive contract;
  private final RoundCalls calls;
  private final RoundMaker maker;
  private final RoundFiles files;
  private final ChainWrites writes;
  private final RandomGenerator random;
  private final Executor threads;
  private final Runnable news;
  private final RoundConduct conduct;
  private final Map<Long, Entry> entries = new HashMap<>();

  /** What this process does for a round. */
  private static final class Entry {
    private final AtomicBoolean making = new AtomicBoolean();
    private final AtomicBoolean telling = new AtomicBoolean();
    private final Map<Kind, RoundCalls.Told> told = new ConcurrentHashMap<>();
    private final Map<String, Long> pressedNanos = new HashMap<>();
    private volatile long nextMakeNanos = System.nanoTime();
    private volatile long nextTellNanos = System.nanoTime();
    private boolean poor;
  }

  RoundPlayer(
      Address self,
      ChainClient chain,
      Cognitive contract,
      RoundCalls calls,
      RoundMaker maker,
      RoundFiles files,
      ChainWrites writes,
      RandomGenerator random,
      Executor threads,
      Runnable news,
      RoundConduct conduct) {
    this.self = self;
    this.chain = chain;
    this.contract = contract;
    this.calls = calls;
    this.maker = maker;
    this.files = files;
    this.writes = writes;
    this.random = random;
    this.threads = threads;
    this.news = news;
    this.conduct = conduct;
  }

  /** Lets go of rounds that are not among these. */
  void retain(Set<Long> live, long oldest) throws IOException {
    if (entries.keySet().retainAll(live)) {
      files.forgetBefore(oldest);
    }
  }

  /** Looks at a round once and does the next thing. */
  void look(RoundView round, long nowSeconds) throws IOException {
    if (!round.round().drawn().contains(self)) {
      return;
    }
    Entry entry = entries.computeIfAbsent(round.number(), _ -> new Entry());
    Map<Kind, RoundFiles.Held> held = files.held(round.number());
    Map<Kind, Made> made = new EnumMap<>(Kind.class);
    held.forEach((kind, one) -> made.put(kind, one.made()));
    tell(round, entry, held, made);
    Step honest = RoundNode.next(round, self, made, nowSeconds);
    switch (conduct.act(round, self, honest, new RevealedSalts(chain, contract, round.id()))) {
      case Step.Rest _, Step.Forget _ -> {}
      case Step.Make make -> make(round, entry, make, nowSeconds);
      case Step.Create(var digest) ->
          press(round, entry, "create", contract.create(round.id(), digest));
      case Step.Prepare(var digest) ->
          press(round, entry, "prepare", contract.prepare(round.id(), digest));
      case Step.Start _ -> press(round, entry, "start", contract.start(round.id()));
      case Step.Precommit(var hash) ->
          press(round, entry, "precommit", contract.precommit(round.id(), hash));
      case Step.Commit(var salt, var digest) ->
          press(
              round, entry, "commit", contract.commit(round.id(), Digest.of(salt.bytes()), digest));
    }
  }

  private void make(RoundView round, Entry entry, Step.Make make, long nowSeconds) {
    if (System.nanoTime() - entry.nextMakeNanos < 0 || !canPay(round, entry)) {
      return;
    }
    if (!entry.making.compareAndSet(false, true)) {
      return;
    }
    long untilSeconds = round.round().dueAtSeconds();
    byte[] salt = new byte[Salt.LENGTH];
    random.nextBytes(salt);
    threads.execute(
        () -> {
          try {
            Optional<RoundWork> work =
                maker.make(round, make, untilSeconds, untilSeconds - nowSeconds);
            if (work.isPresent()) {
              files.keep(round.number(), work.get(), Salt.of(salt));
              logger.info("Round {}: made its {}", round.number(), name(make.kind()));
            }
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            logger.warn("Round {}: {}: {}", round.number(), name(make.kind()), e.toString());
          } finally {
            entry.nextMakeNanos = System.nanoTime() + PAUSE_NANOS;
            entry.making.set(false);
            news.run();
          }
        });
  }

  private static String name(Kind kind) {
    return switch (kind) {
      case KIND_TOPIC -> "topic";
      case KIND_QUESTIONS -> "questions";
      default -> "answer";
    };
  }

  /** Without gas nothing of it could be told to the chain. */
  private boolean canPay(RoundView round, Entry entry) {
    if (chain.balance(self).compareTo(RoundDraw.LEAST_WEI) >= 0) {
      return true;
    }
    if (!entry.poor) {
      entry.poor = true;
      logger.warn(
          "Round {}: account {} has less than 0.002 ether for gas, so it takes no part: send it some",
          round.number(),
          self);
    }
    return false;
  }

  /**
   * Brings validators what the chain is bound to, until all of the committee have it; looks now and
   * then whether another set has put others into it.
   */
  private void tell(
      RoundView round, Entry entry, Map<Kind, RoundFiles.Held> held, Map<Kind, Made> made) {
    for (Kind kind : RoundNode.told(round, self, made)) {
      RoundCalls.Told before = entry.told.get(kind);
      RoundFiles.Held one = held.get(kind);
      if (one == null
          || System.nanoTime() - entry.nextTellNanos < 0
          || !entry.telling.compareAndSet(false, true)) {
        continue;
      }
      threads.execute(
          () -> {
            boolean all = false;
            try {
              RoundCalls.Told told =
                  calls.give(
                      round.number(), one.content(), before == null ? Set.of() : before.owners());
              entry.told.put(kind, told);
              all = told.all();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            } catch (ChainException e) {
              logger.debug("Round {}: {}", round.number(), e.getMessage());
            } finally {
              entry.nextTellNanos = System.nanoTime() + (all ? SEATED_NANOS : PAUSE_NANOS);
              entry.telling.set(false);
            }
          });
    }
  }

  /** Sends it once; what was refused is tried again, later each time. */
  private void press(RoundView round, Entry entry, String what, ContractWrite write) {
    String name = "round/" + round.id().hex() + "/" + what;
    long waitNanos = FIRST_RETRY_NANOS << Math.min(writes.failures(name), MOST_DOUBLINGS);
    long nowNanos = System.nanoTime();
    Long before = entry.pressedNanos.get(name);
    if (before != null && nowNanos - before < waitNanos) {
      return;
    }
    entry.pressedNanos.put(name, nowNanos);
    writes
        .press(name, write)
        .ifPresent(why -> logger.info("Round {}: {}: {}", round.number(), what, why));
  }
}
