package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.ChainClient;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.v1.DrawnWork;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.WorkRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a member of the committee of a gateway's next batch tell the others what it alone knows.
 * Blocks for a bounded time; for any thread.
 */
public final class Telling {
  private static final Logger LOG = LoggerFactory.getLogger(Telling.class);
  private static final Duration WORD = Duration.ofSeconds(3);

  /** A member checks one answer at a time, and others may be before this one's. */
  private static final Duration CHECK = Duration.ofSeconds(60);

  private final Members members;
  private final SeatedNow seated;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final Address self;

  /** For the member with this operator key. */
  Telling(
      Members members,
      SeatedNow seated,
      ChainClient chain,
      NetworkContracts network,
      Address self) {
    this.members = members;
    this.seated = seated;
    this.chain = chain;
    this.network = network;
    this.self = self;
  }

  /**
   * Tells the others that this member drew an answer and was not shown it.
   *
   * @param receipt its file
   * @param draw this member's signature
   * @return how many took it in
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public int drawn(Address gateway, ByteString receipt, Signature draw)
      throws InterruptedException {
    DrawnWork message =
        DrawnWork.newBuilder()
            .setReceipt(receipt)
            .setDraw(ByteString.copyFrom(draw.bytes()))
            .build();
    return others(
        gateway,
        WORD,
        member -> {
          var _ =
              member
                  .calls()
                  .withDeadlineAfter(WORD.toMillis(), TimeUnit.MILLISECONDS)
                  .drawn(message);
          return true;
        });
  }

  /**
   * Brings the others work that this member found to be a lie; each sees for itself.
   *
   * @return how many find so too
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public int lie(Address gateway, WorkRecord record) throws InterruptedException {
    return others(
        gateway,
        CHECK,
        member ->
            member
                    .calls()
                    .withDeadlineAfter(CHECK.toMillis(), TimeUnit.MILLISECONDS)
                    .examine(record)
                    .getFound()
                == ExamineReply.Found.FOUND_LIE);
  }

  private interface Word {
    boolean isTaken(Members.Member member);
  }

  private int others(Address gateway, Duration patience, Word word) throws InterruptedException {
    InferencePayment.BatchesAnswer next = network.payment().batches(gateway).on(chain);
    if (next.set() == 0) {
      // Nobody sits for it yet, and it settles nothing before somebody does.
      return 0;
    }
    AtomicInteger taken = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat :
        seated.about(Subjects.batchSubject(gateway, next.batch()), next.set(), Address.ZERO)) {
      if (seat.operator().isPresent() && !seat.operator().get().equals(self)) {
        threads.add(
            Thread.ofVirtual()
                .name("telling")
                .start(
                    () -> {
                      if (tell(seat, word)) {
                        taken.incrementAndGet();
                      }
                    }));
      }
    }
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    for (Thread thread : threads) {
      boolean _ = thread.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
    }
    return taken.get();
  }

  private boolean tell(Seat seat, Word word) {
    try {
      Optional<Members.Member> member = members.of(seat.operator().orElseThrow());
      return member.isPresent() && word.isTaken(member.get());
    } catch (StatusRuntimeException e) {
      LOG.info("validator of {} does not hear: {}", seat.owner(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("validator of {} is not told", seat.owner(), e);
    }
    return false;
  }
}
