package io.myelin.committee;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClientBuilder;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.wire.Fields;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.work.Exam;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.ValidatorDescription;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import io.myelin.v1.ValidatorGrpc.ValidatorStub;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The validators whose addresses are known now, and who of them is whom. */
final class Members implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Members.class);
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration LOOK = Duration.ofMillis(5);
  private static final Duration AGAIN = Duration.ofMillis(50);
  private static final int MAX_REPLY_BYTES = 1 << 20;
  private static final int MAX_RECORD_BYTES = SignedWork.MAX_BYTES + (1 << 10);

  /** A validator that was started again may wish otherwise. */
  private static final Duration WISH_HOLDS = Duration.ofSeconds(30);

  private final long chainId;
  private final Address directory;
  private final Duration patience;
  private final ClientFactory factory;
  private final Supplier<? extends Collection<URI>> urls;
  private final Map<URI, Member> all = new ConcurrentHashMap<>();
  private final Map<Address, Member> byOperator = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;
  private final Map<Address, Wish> examContexts = new ConcurrentHashMap<>();
  private final ReentrantLock asking = new ReentrantLock();

  /** The last question to each, guarded by {@link #asking}. */
  private final Map<Member, Question> questions = new HashMap<>();

  /**
   * A validator somewhere.
   *
   * @param url where
   * @param records for replies that are as long as a record of work
   */
  record Member(
      URI url, ValidatorBlockingStub calls, ValidatorStub streams, ValidatorBlockingStub records) {}

  /**
   * What a validator wants exams to be sat over.
   *
   * @param words of context, 0 where it checks none
   * @param atNanos when it said so
   */
  private record Wish(int words, long atNanos) {}

  /**
   * A question who somebody is.
   *
   * @param thread that asks it
   * @param sinceNanos when it was asked
   */
  private record Question(Thread thread, long sinceNanos) {
    /** Whether it may be asked again: many who look for many ask each of them once. */
    boolean isOver(long nowNanos) {
      return !thread.isAlive() && nowNanos - sinceNanos > AGAIN.toNanos();
    }
  }

  /**
   * Nobody is asked yet.
   *
   * @param urls where validators are, asked for whenever one is looked for
   */
  Members(
      Supplier<? extends Collection<URI>> urls,
      long chainId,
      Address directory,
      Duration patience) {
    this(urls, chainId, directory, patience, System::nanoTime);
  }

  /** As above, by that clock. */
  Members(
      Supplier<? extends Collection<URI>> urls,
      long chainId,
      Address directory,
      Duration patience,
      LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.urls = urls;
    this.chainId = chainId;
    this.directory = directory;
    this.patience = patience;
    this.factory =
        ClientFactory.builder()
            .workerGroup(1)
            .connectTimeout(CONNECT)
            // A peer that vanished without a word is found out by an unanswered ping.
            .pingInterval(Duration.ofSeconds(10))
            .build();
  }

  /**
   * Checks an address.
   *
   * @throws IllegalArgumentException when it is not of the form {@code http://host:port}
   */
  static URI checked(URI url) {
    String scheme = url.getScheme();
    if ((!"http".equals(scheme) && !"https".equals(scheme)) || url.getHost() == null) {
      throw new IllegalArgumentException(
          "validator: " + url + " (expected: http://host:port or https://host:port)");
    }
    return url;
  }

  private Member member(URI url) {
    GrpcClientBuilder builder = calls(url, MAX_REPLY_BYTES);
    return new Member(
        url,
        builder.build(ValidatorBlockingStub.class),
        builder.build(ValidatorStub.class),
        calls(url, MAX_RECORD_BYTES).build(ValidatorBlockingStub.class));
  }

  private GrpcClientBuilder calls(URI url, int maxReplyBytes) {
    return GrpcClients.builder("gproto+" + url)
        .factory(factory)
        // Each call has a deadline of its own.
        .responseTimeoutMillis(0)
        .maxResponseLength(maxReplyBytes);
  }

  /** Where they are. */
  Collection<URI> urls() {
    return List.copyOf(urls.get());
  }

  /** Takes in who came, and forgets who is not told any more. */
  private void refresh() {
    Set<URI> now = Set.copyOf(urls.get());
    for (URI url : now) {
      all.computeIfAbsent(url, _ -> member(checked(url)));
    }
    all.keySet().retainAll(now);
    byOperator.values().retainAll(all.values());
    examContexts.keySet().retainAll(byOperator.keySet());
  }

  /** All who say within a while who they are, by their operator keys. */
  Map<Address, Member> everybody() throws InterruptedException {
    long deadlineNanos = nanoClock.getAsLong() + patience.toNanos();
    for (Thread asked : ask(member -> !byOperator.containsValue(member))) {
      boolean _ = asked.join(Duration.ofNanos(Math.max(1, deadlineNanos - nanoClock.getAsLong())));
    }
    return Map.copyOf(byOperator);
  }

  /** Who has this operator key; those who have not said yet are asked. */
  Optional<Member> of(Address operator) throws InterruptedException {
    Member known = byOperator.get(operator);
    if (known == null) {
      // Who is looked for is waited for, and nobody else: one that never answers costs others no
      // time.
      for (Thread asked : ask(member -> !byOperator.containsValue(member))) {
        while (!byOperator.containsKey(operator) && !asked.join(LOOK)) {
          // It has not answered yet, nor has another who is looked for.
        }
      }
      known = byOperator.get(operator);
    }
    return Optional.ofNullable(known);
  }

  /**
   * Words of context that exams are to be sat over, as the validators that are known say: the
   * middle one of their wishes, so that no single one decides. None where nobody checks exams. What
   * one said a while ago counts until it says something newer.
   */
  int examContext() throws InterruptedException {
    if (areFewWishesNew()) {
      for (Thread asked : ask(member -> !isWishNew(member))) {
        while (areFewWishesNew() && !asked.join(LOOK)) {
          // Too few have answered yet to know what most of them wish.
        }
      }
    }
    List<Integer> wished =
        byOperator.keySet().stream()
            .map(examContexts::get)
            .filter(wish -> wish != null && wish.words() > 0)
            .map(Wish::words)
            .sorted()
            .toList();
    return wished.isEmpty() ? 0 : wished.get(wished.size() / 2);
  }

  /** Who has said what it wishes. */
  Set<Address> heard() {
    return Set.copyOf(examContexts.keySet());
  }

  private boolean areFewWishesNew() {
    return 2 * byOperator.keySet().stream().filter(this::isWishNew).count() <= all.size();
  }

  private boolean isWishNew(Member member) {
    return byOperator.entrySet().stream()
        .anyMatch(known -> known.getValue().equals(member) && isWishNew(known.getKey()));
  }

  private boolean isWishNew(Address operator) {
    Wish wish = examContexts.get(operator);
    return wish != null && nanoClock.getAsLong() - wish.atNanos() < WISH_HOLDS.toNanos();
  }

  /** This member is not who it said: it is asked again. */
  void forget(Member member) {
    byOperator.values().removeIf(member::equals);
  }

  /** Asks everybody of whom something is missing; one question at a time for each. */
  private List<Thread> ask(Predicate<Member> missing) throws InterruptedException {
    asking.lockInterruptibly();
    try {
      refresh();
      questions.keySet().retainAll(all.values());
      List<Thread> threads = new ArrayList<>();
      for (Member member : all.values()) {
        if (missing.test(member)) {
          Question last = questions.get(member);
          long nowNanos = nanoClock.getAsLong();
          if (last == null || last.isOver(nowNanos)) {
            last = new Question(describe(member), nowNanos);
            questions.put(member, last);
          }
          threads.add(last.thread());
        }
      }
      return threads;
    } finally {
      asking.unlock();
    }
  }

  private Thread describe(Member member) {
    return Thread.ofVirtual().name("validator-describe").start(() -> ask(member));
  }

  private void ask(Member member) {
    try {
      ValidatorDescription found =
          member
              .calls()
              .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
              .describe(DescribeRequest.getDefaultInstance());
      Address network = Fields.address("directory", found.getDirectory());
      if (found.getChainId() != chainId || !network.equals(directory)) {
        LOG.warn(
            "the validator at {} is of chain {} and directory {} (expected: {} and {})",
            member.url(),
            found.getChainId(),
            network,
            chainId,
            directory);
        return;
      }
      Address operator = Fields.address("operator", found.getOperator());
      int words = Math.clamp(found.getExamContext(), 0, Exam.MOST_CONTEXT);
      // First who it is: wishes of nobody that is known are thrown away.
      byOperator.put(operator, member);
      examContexts.put(operator, new Wish(words, nanoClock.getAsLong()));
    } catch (StatusRuntimeException | IllegalArgumentException e) {
      LOG.debug("the validator at {} does not say who it is: {}", member.url(), e.toString());
    }
  }

  @Override
  public void close() {
    // Its threads take two quiet seconds to end; nothing needs to wait for them.
    var _ = factory.closeAsync();
  }
}
