package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.SampleRequest;
import io.myelin.v1.WorkRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows a batch's committee what nodes did. Blocks for a bounded time; for any thread. */
public final class Showing {
  private static final Logger LOG = LoggerFactory.getLogger(Showing.class);

  /** Receipts of one question: a validator takes more, but draws no further where more are owed. */
  private static final int MOST_RECEIPTS = 64;

  private static final int MOST_BYTES = 1 << 20;

  /** A member checks one answer at a time, and others may be before this one's. */
  private static final Duration CHECK = Duration.ofSeconds(60);

  private static final Duration ALL = Duration.ofMinutes(3);

  private final Members members;
  private final SeatedNow seated;

  Showing(Members members, SeatedNow seated) {
    this.members = members;
    this.seated = seated;
  }

  /**
   * What a member found of one record.
   *
   * @param validator the member's owner
   * @param detail for people
   */
  public record Found(
      Address validator, WorkRecord record, ExamineReply.Found found, String detail) {}

  /**
   * Asks each member which receipts it draws, and brings it the work behind those. What one of them
   * proves false is brought to all, so that each can see for itself.
   *
   * @param batch number of the gateway's batch
   * @param set that its committee is drawn from
   * @param receipts as JSON
   * @param works the work behind the receipt at a place; called by several threads
   */
  public List<Found> show(
      Address gateway,
      long batch,
      long set,
      List<byte[]> receipts,
      IntFunction<List<WorkRecord>> works)
      throws InterruptedException {
    List<Seat> seats = seats(gateway, batch, set);
    List<Found> found = Collections.synchronizedList(new ArrayList<>());
    long deadlineNanos = System.nanoTime() + ALL.toNanos();
    atOnce(seats, deadlineNanos, (seat, member) -> sample(seat, member, receipts, works, found));
    Set<WorkRecord> lies = new LinkedHashSet<>();
    List<Found> before = List.copyOf(found);
    before.stream()
        .filter(one -> one.found() == ExamineReply.Found.FOUND_LIE)
        .forEach(one -> lies.add(one.record()));
    for (WorkRecord lie : lies) {
      atOnce(
          seats,
          deadlineNanos,
          (seat, member) -> {
            boolean knows =
                before.stream()
                    .anyMatch(
                        one -> one.validator().equals(seat.owner()) && one.record().equals(lie));
            if (!knows) {
              found.add(examine(seat, member, lie));
            }
          });
    }
    return List.copyOf(found);
  }

  /**
   * Brings each member work that it did not ask for, since there is a reason to look at it.
   *
   * @param batch number of the gateway's batch
   * @param set that its committee is drawn from
   */
  public List<Found> examine(Address gateway, long batch, long set, List<WorkRecord> records)
      throws InterruptedException {
    List<Found> found = Collections.synchronizedList(new ArrayList<>());
    atOnce(
        seats(gateway, batch, set),
        System.nanoTime() + ALL.toNanos(),
        (seat, member) ->
            records.forEach(record -> shown(seat, member, record).ifPresent(found::add)));
    return List.copyOf(found);
  }

  private List<Seat> seats(Address gateway, long batch, long set) {
    return seated.about(Subjects.batchSubject(gateway, batch), set, Address.ZERO).stream()
        .filter(seat -> seat.operator().isPresent())
        .toList();
  }

  private interface Call {
    void run(Seat seat, Members.Member member);
  }

  private void atOnce(List<Seat> seats, long deadlineNanos, Call call) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : seats) {
      threads.add(Thread.ofVirtual().name("showing").start(() -> guarded(seat, call)));
    }
    for (Thread thread : threads) {
      boolean _ = thread.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
    }
  }

  private void guarded(Seat seat, Call call) {
    try {
      Optional<Members.Member> member = members.of(seat.operator().orElseThrow());
      if (member.isPresent()) {
        call.run(seat, member.get());
      }
    } catch (StatusRuntimeException e) {
      LOG.info("validator of {} does not look at work: {}", seat.owner(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.warn("validator of {} is not shown work", seat.owner(), e);
    }
  }

  private static void sample(
      Seat seat,
      Members.Member member,
      List<byte[]> receipts,
      IntFunction<List<WorkRecord>> works,
      List<Found> found) {
    int at = 0;
    while (at < receipts.size()) {
      SampleRequest.Builder page = SampleRequest.newBuilder();
      int first = at;
      int bytes = 0;
      do {
        page.addReceipts(ByteString.copyFrom(receipts.get(at)));
        bytes += receipts.get(at).length;
        at++;
      } while (at < receipts.size()
          && at - first < MOST_RECEIPTS
          && bytes + receipts.get(at).length <= MOST_BYTES);
      List<Integer> wanted =
          member
              .calls()
              .withDeadlineAfter(CHECK.toMillis(), TimeUnit.MILLISECONDS)
              .sample(page.build())
              .getWantedList();
      for (int place : wanted) {
        if (place < 0 || place >= at - first) {
          LOG.warn("validator of {} wants receipt {} of {}", seat.owner(), place, at - first);
          continue;
        }
        for (WorkRecord record : works.apply(first + place)) {
          shown(seat, member, record).ifPresent(found::add);
        }
      }
    }
  }

  /** Empty for a record that this member refuses: it may still take the next. */
  private static Optional<Found> shown(Seat seat, Members.Member member, WorkRecord record) {
    try {
      return Optional.of(examine(seat, member, record));
    } catch (StatusRuntimeException e) {
      Optional<Reason> reason = Reason.of(String.valueOf(e.getStatus().getDescription()));
      if (reason.isEmpty() || reason.get() == Reason.NOT_EQUIPPED) {
        // It is silent, or takes none.
        throw e;
      }
      LOG.info("validator of {} does not look at one record: {}", seat.owner(), e.getMessage());
      return Optional.empty();
    }
  }

  private static Found examine(Seat seat, Members.Member member, WorkRecord record) {
    ExamineReply reply =
        member.calls().withDeadlineAfter(CHECK.toMillis(), TimeUnit.MILLISECONDS).examine(record);
    return new Found(seat.owner(), record, reply.getFound(), reply.getDetail());
  }
}
