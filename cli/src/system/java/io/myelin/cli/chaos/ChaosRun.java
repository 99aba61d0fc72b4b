package io.myelin.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.cli.testing.Await;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** One run: sessions under kills, then windows under kills, then peace and the audit. */
final class ChaosRun implements AutoCloseable {
  private static final int CLIENTS = 3;

  /** Of ten kills, so many fall on openings and settlements; the others on refunds and credits. */
  private static final int EARLY_OF_TEN = 7;

  private static final Duration OVERDUE = Duration.ofHours(27);
  private static final int MOMENT_SECONDS = 6;
  private static final int JOIN_SECONDS = 180;

  private final int kills;
  private final Random random;
  private final ChaosNetwork network;
  private final ClientDesk desk;
  private final Path folder;
  private final BigInteger clientStartWei;
  private final Seen seen = new Seen();
  private final LinkedBlockingQueue<Moment> moments = new LinkedBlockingQueue<>();
  private final Map<String, Integer> killed = new ConcurrentSkipListMap<>();
  private final List<CompletableFuture<?>> deaths = new ArrayList<>();
  private final long startedNanos = System.nanoTime();

  private ChaosRun(int kills, long seed, Path folder, ChaosNetwork network) {
    this.kills = kills;
    this.random = new Random(seed);
    this.folder = folder;
    this.network = network;
    this.desk = new ClientDesk(network.link(), network.roster().client(), folder);
    this.clientStartWei =
        desk.network().token().balanceOf(network.roster().client().address()).on(desk.chain());
  }

  /** A network with nothing in it yet. */
  static ChaosRun start(int kills, long seed, Path folder) throws Exception {
    return new ChaosRun(kills, seed, folder, ChaosNetwork.start(folder));
  }

  /** Does it all; the figures in one line. */
  String run() throws Exception {
    int early = kills * EARLY_OF_TEN / 10;
    long beganNanos = System.nanoTime();
    sessions(early);
    Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
    network.awaitWhole();
    everyClosedSessionIsSettled();
    windows(kills - early, took);
    peace();
    Audit audit = new Audit(desk, network.roster());
    audit.check(clientStartWei);
    clientsAgree(audit);
    String line = figures(audit);
    network.close();
    nothingDisplaced(network.gatewayFolder().resolve("chain.db"));
    return line;
  }

  /** Clients at work, and somebody killed around what they do. */
  private void sessions(int early) throws Exception {
    CountDownLatch stop = new CountDownLatch(1);
    List<Thread> clients = new ArrayList<>();
    for (int number = 1; number <= CLIENTS; number++) {
      clients.add(
          Thread.ofPlatform()
              .name("client-" + number)
              .start(
                  new ChaosClient(
                      network, desk, new Random(random.nextLong()), moments::add, seen, stop)));
    }
    for (int kill = 0; kill < early; kill++) {
      Moment wanted = random.nextBoolean() ? Moment.OPEN : Moment.SETTLE;
      if (random.nextBoolean()) {
        // Every other death finds a network at work; the rest fall into somebody's recovery.
        awaitDeaths();
        network.awaitWhole();
      }
      moments.clear();
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOMENT_SECONDS);
      while (moments.poll(100, TimeUnit.MILLISECONDS) != wanted
          && System.nanoTime() - deadlineNanos < 0) {
        // Another moment, or none: the next one.
      }
      soon(wanted == Moment.OPEN ? 300 : 700);
      killSomebody();
    }
    stop.countDown();
    for (Thread client : clients) {
      assertThat(client.join(Duration.ofSeconds(JOIN_SECONDS))).as(client.getName()).isTrue();
    }
    awaitDeaths();
  }

  private void soon(int mostMillis) {
    LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(mostMillis * 1_000)));
  }

  /** One of those that are up, sometimes a second one at the same moment. */
  private void killSomebody() throws Exception {
    Duration pause = Duration.ofMillis(random.nextInt(3) == 0 ? random.nextInt(1_500) : 0);
    int number = random.nextInt(10);
    String wanted = number < 3 ? "gateway" : number < 7 ? "chain" : "validator";
    boolean saved = random.nextBoolean();
    // Every third may die while it starts.
    Predicate<Victim> ready = random.nextInt(3) == 0 ? Victim::isAlive : Victim::isUp;
    List<Victim> up =
        Await.found(
            "somebody to kill",
            () ->
                Optional.of(network.victims().stream().filter(ready).toList())
                    .filter(found -> !found.isEmpty()));
    List<Victim> right = up.stream().filter(one -> one.kind().equals(wanted)).toList();
    List<Victim> among = right.isEmpty() ? up : right;
    Victim victim = among.get(random.nextInt(among.size()));
    deaths.add(
        CompletableFuture.runAsync(
            () -> {
              try {
                String kind =
                    victim.kind()
                        + (victim instanceof ChaosChain && !saved ? " (blocks lost)" : "");
                if (victim instanceof ChaosChain chain
                    ? chain.kill(pause, saved)
                    : victim.kill(pause)) {
                  killed.merge(kind, 1, Integer::sum);
                }
              } catch (Exception e) {
                throw new IllegalStateException(victim.kind() + " was not killed", e);
              }
            },
            task -> Thread.ofPlatform().daemon().name("killer").start(task)));
  }

  private void awaitDeaths() throws InterruptedException, ExecutionException, TimeoutException {
    CompletableFuture.allOf(deaths.toArray(CompletableFuture[]::new))
        .get(JOIN_SECONDS, TimeUnit.SECONDS);
  }

  /** What clients closed, and what ran out, its gateway settles without anybody's help. */
  private void everyClosedSessionIsSettled() throws InterruptedException {
    for (SessionId session : seen.sessions().keySet()) {
      if (seen.mustBeSettled(session)) {
        if (seen.sessions().get(session) == Ending.ON_CHAIN
            && desk.phase(session) == ClientDesk.ACTIVE) {
          desk.brief(session).ifPresent(desk::closeAgain);
        }
        Await.until(
            "session " + session + ", " + seen.sessions().get(session) + ", is settled",
            () -> desk.phase(session) >= ClientDesk.SETTLED || isForgotten(session));
      }
    }
  }

  /**
   * Whether a client was told of a session which the chain does not know any more, and cannot know
   * again: it lost the block of the opening, and the session had expired when it was sent once
   * more.
   */
  private boolean isForgotten(SessionId session) {
    boolean forgotten =
        desk.phase(session) == ClientDesk.UNKNOWN
            && seen.hasExpired(session, desk.chain().head().timestampSeconds());
    if (forgotten) {
      seen.forgotten(session);
    }
    return forgotten;
  }

  /**
   * The chain's clock goes on in steps, so that windows end one after the other. First those of the
   * challenges; then sessions that nobody settled are overdue, their clients end them, and have
   * their own windows.
   */
  private void windows(int late, Duration spread) throws Exception {
    int steps = Math.max(2, late);
    Duration step = spread.plusSeconds(60).dividedBy(steps);
    network.chain().advance(ClientDesk.WINDOW.minus(spread).minusSeconds(30));
    for (int kill = 0; kill < late; kill++) {
      awaitDeaths();
      network.chain().advance(kill == late / 2 ? OVERDUE : step);
      CompletableFuture<Void> refunds =
          CompletableFuture.runAsync(
              this::refunds, task -> Thread.ofPlatform().daemon().name("refunds").start(task));
      soon(900);
      killSomebody();
      refunds.get(JOIN_SECONDS, TimeUnit.SECONDS);
    }
    awaitDeaths();
  }

  /** What a client does for its own money: whatever the chain lets it do now. */
  private void refunds() {
    desk.collect(id -> !seen.mustBeSettled(id));
  }

  /** Everybody runs, all windows end, and clients fetch what is theirs. */
  private void peace() throws Exception {
    network.awaitWhole();
    network.chain().advance(OVERDUE);
    // Before the last windows begin to end: one that is ended later has a window of its own.
    Await.until(
        "every session has ended",
        () -> {
          refunds();
          return desk.opened().keySet().stream()
              .allMatch(id -> desk.phase(id) >= ClientDesk.SETTLED);
        });
    network.chain().advance(ClientDesk.WINDOW.plusMinutes(1));
    try {
      Await.until(
          "every session is final",
          () -> {
            refunds();
            return left().isEmpty();
          });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; not final: " + left(), e);
    }
  }

  /** Sessions that are not final, and how they stand. */
  private List<String> left() {
    return desk.opened().keySet().stream()
        .filter(id -> desk.phase(id) <= ClientDesk.SETTLED)
        .map(
            id ->
                "%s (%s, must be settled: %s) in phase %s, the chain's time is %d"
                    .formatted(
                        id,
                        seen.sessions().get(id),
                        seen.mustBeSettled(id),
                        desk.network().payment().recordOf(ChainTerms.word(id)).on(desk.chain()),
                        desk.chain().head().timestampSeconds()))
        .toList();
  }

  private void clientsAgree(Audit audit) {
    Set<SessionId> told = new LinkedHashSet<>(seen.sessions().keySet());
    told.removeAll(seen.forgotten());
    assertThat(audit.sessions()).as("sessions on chain").containsAll(told);
    // No event of these exists, and the audit finds every token elsewhere: no money moved for them.
    assertThat(audit.sessions())
        .as("sessions told open and forgotten")
        .noneMatch(seen.forgotten()::contains);
    for (SessionId session : seen.sessions().keySet()) {
      if (!audit.isClosed(session)) {
        continue;
      }
      BigInteger receiptsWei =
          seen.receipts(session).stream().reduce(BigInteger.ZERO, BigInteger::add);
      if (seen.isUnsure(session)) {
        assertThat(audit.spentWei(session))
            .as("spent in %s", session)
            .isGreaterThanOrEqualTo(receiptsWei);
      } else {
        assertThat(audit.spentWei(session)).as("spent in %s", session).isEqualTo(receiptsWei);
      }
    }
  }

  private String figures(Audit audit) {
    int known = seen.sessions().size() - seen.forgotten().size();
    int orphans = audit.sessions().size() - known;
    return "chaos: "
        + killed.values().stream().mapToInt(Integer::intValue).sum()
        + " killed "
        + killed
        + "; sessions opened "
        + seen.sessions().size()
        + ", on chain though the client was told no "
        + orphans
        + ", told open and forgotten by the chain "
        + seen.forgotten().size()
        + " ("
        + seen.forgottenWei()
        + " wei of work in them)"
        + ", openings refused "
        + seen.refused()
        + "; settled "
        + audit.ended(Outcome.CLOSED)
        + ", expired "
        + audit.ended(Outcome.EXPIRED)
        + ", failed "
        + audit.ended(Outcome.FAILED)
        + "; tasks "
        + seen.tasks()
        + "; "
        + audit.spentWei()
        + " wei spent; 0 lost, 0 paid twice; longest recovery "
        + network.victims().stream()
            .mapToLong(one -> one.longestRecovery().toMillis())
            .max()
            .orElse(0)
        + " ms; ended by themselves "
        + network.ownEnds()
        + ", torn states "
        + network.chain().torn()
        + "; "
        + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedNanos)
        + " s";
  }

  /** A nonce that somebody else took would be a payment that never comes. */
  private static void nothingDisplaced(Path intents) throws SQLException {
    try (Connection file = DriverManager.getConnection("jdbc:sqlite:" + intents);
        Statement statement = file.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM intent WHERE outcome LIKE '%displaced%'")) {
      assertThat(row.next()).isTrue();
      assertThat(row.getInt(1)).as("intents displaced").isZero();
    }
  }

  /** Why openings were refused, and how often. */
  String refusals() {
    return seen.refusals();
  }

  /** Where logs are. */
  Path folder() {
    return folder;
  }

  @Override
  public void close() {
    desk.close();
    network.close();
  }
}
