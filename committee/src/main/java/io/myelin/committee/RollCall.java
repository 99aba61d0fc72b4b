package io.myelin.committee;

import io.grpc.StatusRuntimeException;
import io.myelin.chain.ChainClient;
import io.myelin.committee.wire.Fields;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.standing.SigningKey;
import io.myelin.contracts.terms.SetLine;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.selection.Candidate;
import io.myelin.v1.DescribeRequest;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Finds out which validators of the newest set answer. One roll call at a time; one that has just
 * ended is the answer to who asks next, so asking often costs the others little. Safe for many
 * threads.
 */
public final class RollCall implements AutoCloseable {
  /** How long a validator is called before it counts as silent. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration PAUSE = Duration.ofMillis(200);

  private final Members members;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final Duration patience;
  private final ReentrantLock calling = new ReentrantLock();
  private Optional<Attendance> last = Optional.empty();
  private long endedNanos;

  /**
   * Who answered. Owners who may not sign now, whoever answers, are in neither.
   *
   * @param present owners whose validator said who it is
   * @param silent owners whose validator did not answer in time, or whose address nobody knows
   */
  public record Attendance(Set<Address> present, Set<Address> silent) {
    /** Copies. */
    public Attendance {
      present = Set.copyOf(present);
      silent = Set.copyOf(silent);
    }

    /**
     * Whether a caller reached at least half of the others, and may so believe that who is silent
     * is, rather than that it is itself cut off.
     *
     * @param self the caller's owner
     * @param accused who is not counted
     */
    public boolean isConnected(Address self, Address accused) {
      long reached = present.stream().filter(one -> !one.equals(self)).count();
      long missed =
          silent.stream().filter(one -> !one.equals(self) && !one.equals(accused)).count();
      return reached > 0 && reached >= missed;
    }
  }

  private RollCall(
      Members members, ChainClient chain, NetworkContracts network, Duration patience) {
    this.members = members;
    this.chain = chain;
    this.network = network;
    this.patience = patience;
  }

  /**
   * Of the validators at these addresses.
   *
   * @param validators where they are, asked for whenever one is looked for
   * @param patience how long each is called before it counts as silent
   */
  public static RollCall of(
      Supplier<? extends Collection<URI>> validators,
      ChainClient chain,
      NetworkContracts network,
      Duration patience) {
    if (!patience.isPositive()) {
      throw new IllegalArgumentException("patience: " + patience + " (expected: > 0)");
    }
    Members members =
        new Members(validators, network.chainId(), network.directory().address(), patience);
    return new RollCall(members, chain, network, patience);
  }

  /** Where validators are, as far as is known now. */
  public Collection<URI> whereabouts() {
    return members.urls();
  }

  /**
   * Calls all of the newest set at once; blocks as long as the patience, a little more at most.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Attendance take() throws InterruptedException {
    calling.lockInterruptibly();
    try {
      if (last.isPresent() && System.nanoTime() - endedNanos < patience.toNanos()) {
        return last.get();
      }
      Map<Address, Address> operators = operators();
      Set<Address> answered = ConcurrentHashMap.newKeySet();
      long untilNanos = System.nanoTime() + patience.toNanos();
      List<Thread> calls = new ArrayList<>();
      operators.forEach(
          (owner, operator) ->
              calls.add(
                  Thread.ofVirtual()
                      .name("roll-call")
                      .start(
                          () -> {
                            if (answers(operator, untilNanos)) {
                              answered.add(owner);
                            }
                          })));
      try {
        for (Thread call : calls) {
          call.join();
        }
      } finally {
        calls.forEach(Thread::interrupt);
      }
      Set<Address> silent = new LinkedHashSet<>(operators.keySet());
      silent.removeAll(answered);
      Attendance attendance = new Attendance(answered, silent);
      last = Optional.of(attendance);
      endedNanos = System.nanoTime();
      return attendance;
    } finally {
      calling.unlock();
    }
  }

  /** The next question is asked anew: for who knows that something has changed. */
  public void forget() {
    calling.lock();
    try {
      last = Optional.empty();
    } finally {
      calling.unlock();
    }
  }

  /** The key of each owner of the newest set who may sign, or may again when it is back. */
  private Map<Address, Address> operators() {
    ValidatorRegistry registry = network.validators();
    long set = registry.setVersion().on(chain);
    Map<Address, Address> operators = new LinkedHashMap<>();
    if (set == 0) {
      return operators;
    }
    long nowSeconds = chain.head().timestampSeconds();
    for (Candidate candidate : SetLine.candidates(registry.setOf(set).on(chain).line())) {
      SigningKey.of(registry.validatorOf(candidate.owner()).on(chain), nowSeconds)
          .ifPresent(operator -> operators.put(candidate.owner(), operator));
    }
    return operators;
  }

  private boolean answers(Address operator, long untilNanos) {
    try {
      while (true) {
        Optional<Members.Member> member = members.of(operator);
        long leftNanos = untilNanos - System.nanoTime();
        if (leftNanos <= 0) {
          return false;
        }
        if (member.isPresent()) {
          if (is(operator, member.get(), leftNanos)) {
            return true;
          }
          members.forget(member.get());
        }
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static boolean is(Address operator, Members.Member member, long leftNanos) {
    try {
      return Fields.bytes(operator)
          .equals(
              member
                  .calls()
                  .withDeadlineAfter(leftNanos, TimeUnit.NANOSECONDS)
                  .describe(DescribeRequest.getDefaultInstance())
                  .getOperator());
    } catch (StatusRuntimeException e) {
      // It is called again until its time is over.
      return false;
    }
  }

  /** Ends the connections. */
  @Override
  public void close() {
    members.close();
  }
}
