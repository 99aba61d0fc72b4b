package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.MemberAnswer.Answer;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.committee.SeatState;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.Signed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Collects the signatures of members whose verdict is known already: of a batch that they found
 * right. Stops a moment after a quorum has signed, or when all have answered.
 */
final class Attesting {
  private final Members members;
  private final CommitteeSettings settings;
  private final Digest digest;
  private final int quorum;
  private final BlockingQueue<MemberAnswer> news = new LinkedBlockingQueue<>();

  /**
   * Of some members.
   *
   * @param digest what each must sign, in the network's domain
   */
  Attesting(Members members, CommitteeSettings settings, Digest digest, int quorum) {
    this.members = members;
    this.settings = settings;
    this.digest = digest;
    this.quorum = quorum;
  }

  /** The answers of these seats, each of which found the batch right. */
  Map<Integer, MemberAnswer> ask(List<Seat> seats, BatchAsk ask, ByteString round)
      throws InterruptedException {
    Map<Integer, MemberAnswer> answers = new LinkedHashMap<>();
    for (Seat seat : seats) {
      answers.put(
          seat.number(), new MemberAnswer(seat.number(), seat.owner(), new Answer.Silent("late")));
    }
    long until = System.nanoTime() + settings.total().toNanos();
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("committee-member").factory())) {
      try {
        for (Seat seat : seats) {
          var _ = threads.submit(() -> work(seat, ask, round));
        }
        List<Integer> done = new ArrayList<>();
        int signed = 0;
        while (done.size() < seats.size()) {
          MemberAnswer answer = news.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
          if (answer == null) {
            break;
          }
          answers.put(answer.seat(), answer);
          if (!(answer.answer() instanceof Answer.Silent)) {
            done.add(answer.seat());
          }
          if (answer.answer() instanceof Answer.Signed && ++signed == quorum) {
            Duration moment = settings.moment();
            until = Math.min(until, System.nanoTime() + moment.toNanos());
          }
        }
      } finally {
        // Closing waits for them, and they stop at once.
        threads.shutdownNow();
      }
    }
    return answers;
  }

  private void work(Seat seat, BatchAsk ask, ByteString round) {
    Pauses pauses = new Pauses(settings);
    try {
      while (true) {
        Answer answer = once(seat, ask, round);
        news.add(new MemberAnswer(seat.number(), seat.owner(), answer));
        if (!(answer instanceof Answer.Silent)) {
          return;
        }
        pauses.next();
      }
    } catch (InterruptedException e) {
      // Nobody waits for this member any more.
      Thread.currentThread().interrupt();
    }
  }

  private Answer once(Seat seat, BatchAsk ask, ByteString round) throws InterruptedException {
    Address operator = seat.operator().orElseThrow();
    Optional<Members.Member> member = members.of(operator);
    if (member.isEmpty()) {
      return new Answer.Silent("no known validator has the key " + operator);
    }
    try {
      return verified(operator, ask.attest(round, member.get()));
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("not waited for any more");
      }
      Status status = e.getStatus();
      String text = String.valueOf(status.getDescription());
      Optional<Reason> reason = Reason.of(text);
      return reason.isPresent() && !reason.get().passing()
          ? Gathering.refused(text)
          : new Answer.Silent(status.getCode() + ": " + text);
    } catch (RuntimeException e) {
      // The receipts come from the caller's journal, which may fail.
      return new Answer.Silent("it could not be asked: " + e);
    }
  }

  private Answer verified(Address operator, Signed signed) {
    try {
      Signature signature = Fields.signature("signature", signed.getSignature());
      if (Signers.signedBy(operator, digest, signature)) {
        return new Answer.Signed(signature);
      }
    } catch (IllegalArgumentException e) {
      return lied(String.valueOf(e.getMessage()));
    }
    return lied("signed something else, or not with the key " + operator);
  }

  private static Answer lied(String detail) {
    return new Answer.Lied(SeatState.Lie.BAD_SIGNATURE, detail, List.of(), Optional.empty());
  }
}
