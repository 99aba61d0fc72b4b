package io.myelin.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.book.BookSettings;
import io.myelin.protocol.peer.store.StoreSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * 60 nodes in this process, each with a socket of its own: everybody finds exactly whom it looks
 * for; then a fifth dies at once.
 */
final class ManyNodesIT {
  private static final Digest FIRST = Sha256.hash(new byte[] {1});
  private static final Digest SECOND = Sha256.hash(new byte[] {2});
  private static final int NODES = 60;
  private static final int DEAD = 12;

  /** Gone at the latest 5 s + 2 · 1 s + 3 waits of 2 s after the last answer. */
  private static final BookSettings BOOK =
      new BookSettings(5_000, 1_000, 3, 30_000, 60_000, 4_096, 1_024, 256, 32, 64);

  private static final PeerTimings TIMINGS =
      new PeerTimings(2_000, 8_000, 60_000, 20_000, 12_000, 250);

  private final Nodes nodes = new Nodes();
  private final List<Member> members = new ArrayList<>();

  private record Member(PeerNode node, Address operator, PeerRole role, Set<Digest> subnets) {
    boolean is(Wanted wanted) {
      return role == wanted.role() && wanted.subnet().map(subnets::contains).orElse(true);
    }
  }

  private record Wanted(PeerRole role, Optional<Digest> subnet) {}

  private static final Wanted VALIDATORS = new Wanted(PeerRole.VALIDATOR, Optional.empty());

  /** Whom a node of its role has to find. */
  private static List<Wanted> wanted(Member member) {
    Optional<Digest> own = member.subnets().stream().findFirst();
    return switch (member.role()) {
      case COMPUTE -> List.of(new Wanted(PeerRole.GATEWAY, own));
      case GATEWAY -> List.of(new Wanted(PeerRole.COMPUTE, own), VALIDATORS);
      case VALIDATOR -> List.of(VALIDATORS, new Wanted(PeerRole.GATEWAY, Optional.empty()));
      case REGISTRY ->
          List.of(
              new Wanted(PeerRole.GATEWAY, Optional.of(FIRST)),
              new Wanted(PeerRole.GATEWAY, Optional.of(SECOND)),
              new Wanted(PeerRole.COMPUTE, Optional.of(SECOND)),
              new Wanted(PeerRole.REGISTRY, Optional.empty()));
    };
  }

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void everybodyFindsTheRightPeersAndAFifthMayDie() throws Exception {
    long begun = System.nanoTime();
    String bootstrap = "";
    for (int i = 0; i < NODES; i++) {
      Member member = join(i, bootstrap);
      if (i == 0) {
        bootstrap = member.node().record();
      }
    }
    long joined = System.nanoTime();
    System.out.printf(
        "%d nodes joined one after the other in %d ms; %s%n",
        NODES, TimeUnit.NANOSECONDS.toMillis(joined - begun), load());
    int wrong = 1;
    long rounds = 0;
    while (wrong > 0 && System.nanoTime() - joined < TimeUnit.SECONDS.toNanos(90)) {
      wrong = wrongViews(members, Set.of());
      rounds++;
    }
    System.out.printf(
        "%d nodes: everybody has found the right peers %d ms after the last joined, round %d; %s%n",
        NODES, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - joined), rounds, load());
    assertThat(wrong).isZero();

    killAFifth();
  }

  private String load() {
    List<PeerFigures> figures = members.stream().map(m -> m.node().figures()).toList();
    return "%d searches, %d requests, %d unanswered"
        .formatted(
            figures.stream().mapToLong(PeerFigures::searches).sum(),
            figures.stream().mapToLong(PeerFigures::requests).sum(),
            figures.stream().mapToLong(PeerFigures::unanswered).sum());
  }

  private void killAFifth() throws Exception {
    // The first is everybody's bootstrap node: it dies too.
    List<Member> dead = new ArrayList<>();
    for (int i = 0; i < NODES && dead.size() < DEAD; i += 5) {
      dead.add(members.get(i));
    }
    List<Member> living = new ArrayList<>(members);
    living.removeAll(dead);
    Nodes.kill(dead.stream().map(Member::node).toList());
    long died = System.nanoTime();

    AtomicLong expected = new AtomicLong();
    AtomicLong found = new AtomicLong();
    inParallel(
        living,
        member -> {
          Wanted wanted = wanted(member).getFirst();
          Set<Address> live = operators(living, wanted, member);
          Set<Address> seen = found(member, wanted);
          seen.retainAll(live);
          expected.addAndGet(live.size());
          found.addAndGet(seen.size());
        });
    System.out.printf(
        "%d of %d killed: lookups right after found %d of %d live peers%n",
        dead.size(), NODES, found.get(), expected.get());
    assertThat((double) found.get() / expected.get()).isGreaterThanOrEqualTo(0.99);

    Set<Address> ghosts = dead.stream().map(Member::operator).collect(Collectors.toSet());
    Nodes.await(
        "no dead peer is listed anywhere",
        60,
        () ->
            living.stream()
                .flatMap(m -> wanted(m).stream().flatMap(w -> view(m, w).stream()))
                .noneMatch(ghosts::contains));
    System.out.printf(
        "the dead are gone from every book after %d ms; %s%n",
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - died), load());
    int wrong = 1;
    long gone = System.nanoTime();
    while (wrong > 0 && System.nanoTime() - gone < TimeUnit.SECONDS.toNanos(60)) {
      wrong = wrongViews(living, ghosts);
    }
    assertThat(wrong).isZero();
  }

  private Member join(int number, String bootstrap) throws Exception {
    OperatorKey key = nodes.stakedKey();
    Set<Digest> subnets = new HashSet<>();
    PeerRole role =
        switch (number % 8) {
          case 0 -> PeerRole.REGISTRY;
          case 1 -> PeerRole.GATEWAY;
          case 2 -> PeerRole.VALIDATOR;
          default -> PeerRole.COMPUTE;
        };
    if (role == PeerRole.GATEWAY || role == PeerRole.COMPUTE) {
      subnets.add(number % 3 == 0 ? SECOND : FIRST);
    }
    PeerSettings settings =
        Nodes.settings(bootstrap.isEmpty() ? List.of() : List.of(bootstrap))
            .following(Set.of())
            .timed(TIMINGS, BOOK, new StoreSettings(32_000, 512, 512, 4_096));
    PeerNode node = nodes.start(settings, key, Nodes.profile(role, subnets.toArray(Digest[]::new)));
    Member member = new Member(node, key.address(), role, subnets);
    members.add(member);
    // One after the other, as nodes come: each is in touch before the next one starts.
    if (number > 0) {
      Nodes.await(number + " is in touch", 60, () -> node.figures().routing() >= 1);
    }
    return member;
  }

  /** Views that are not exactly the members that live. */
  private int wrongViews(List<Member> living, Set<Address> ghosts) throws Exception {
    AtomicLong wrong = new AtomicLong();
    inParallel(
        living,
        member -> {
          for (Wanted wanted : wanted(member)) {
            Set<Address> right = operators(living, wanted, member);
            if (view(member, wanted).equals(right)) {
              continue;
            }
            Set<Address> seen = found(member, wanted);
            if (!seen.equals(right) || seen.stream().anyMatch(ghosts::contains)) {
              wrong.incrementAndGet();
            }
          }
        });
    return Math.toIntExact(wrong.get());
  }

  private static Set<Address> operators(List<Member> of, Wanted wanted, Member without) {
    return of.stream()
        .filter(m -> !m.equals(without) && m.is(wanted))
        .map(Member::operator)
        .collect(Collectors.toSet());
  }

  private static Set<Address> found(Member member, Wanted wanted) throws Exception {
    return member.node().find(wanted.role(), wanted.subnet()).get(30, TimeUnit.SECONDS).stream()
        .map(Peer::operator)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static Set<Address> view(Member member, Wanted wanted) {
    return member.node().peers(wanted.role(), wanted.subnet()).stream()
        .map(Peer::operator)
        .collect(Collectors.toSet());
  }

  private interface Step {
    void run(Member member) throws Exception;
  }

  /** Four at a time: they share this machine's processors. */
  private static void inParallel(List<Member> members, Step step) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> running = new ArrayList<>();
      for (Member member : members) {
        running.add(
            threads.submit(
                () -> {
                  step.run(member);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }
}
