package io.myelin.committee;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.chain.Bytes;
import io.myelin.committee.MemberAnswer.Answer;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.Signed;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks all members of one committee at once and stops when a quorum has signed, when none can come
 * about any more, or when time is over. No thread outlives it.
 */
final class Gathering {
  private static final int MOST_PAUSES = 16;

  private final Members members;
  private final CommitteeSettings settings;
  private final List<Seat> seats;
  private final long quorum;
  private final Digest digest;
  private final long deadlineNanos;
  private final BlockingQueue<MemberAnswer> news = new LinkedBlockingQueue<>();

  /**
   * A place in the committee.
   *
   * @param operator the key that must sign; empty when nobody may sign for this seat now
   */
  record Seat(int number, Address owner, Optional<Address> operator) {}

  /** Asks one member once. */
  interface Ask {
    /**
     * Its signature.
     *
     * @throws StatusRuntimeException when it refuses or does not answer
     * @throws RefusedException when what it answered is no signature
     */
    Signed ask(Seat seat, Members.Member member) throws InterruptedException, RefusedException;
  }

  /** A member's refusal that is not a status. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RefusedException(String reason, String detail) {
      super(detail);
      this.reason = reason;
    }
  }

  /**
   * Of a committee.
   *
   * @param digest what each must sign, in the network's domain
   */
  Gathering(
      Members members,
      CommitteeSettings settings,
      List<Seat> seats,
      long quorum,
      Digest digest,
      Duration total) {
    this.members = members;
    this.settings = settings;
    this.seats = List.copyOf(seats);
    this.quorum = quorum;
    this.digest = digest;
    this.deadlineNanos = System.nanoTime() + total.toNanos();
  }

  /** Everybody's answer, in the order of the seats. */
  List<MemberAnswer> ask(Ask ask) throws InterruptedException {
    @Nullable MemberAnswer[] answers = new MemberAnswer[seats.size()];
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("committee-member").factory())) {
      for (Seat seat : seats) {
        var _ = threads.submit(() -> work(seat, ask));
      }
      try {
        collect(answers);
      } finally {
        // Closing waits for them, and they stop at once.
        threads.shutdownNow();
      }
    }
    List<MemberAnswer> all = new ArrayList<>();
    for (Seat seat : seats) {
      MemberAnswer answer = answers[seat.number()];
      all.add(
          answer == null
              ? new MemberAnswer(seat.number(), seat.owner(), new Answer.Silent("not in time"))
              : answer);
    }
    return all;
  }

  private void collect(@Nullable MemberAnswer[] answers) throws InterruptedException {
    long until = deadlineNanos;
    int signed = 0;
    int refused = 0;
    while (signed + refused < seats.size() && seats.size() - refused >= quorum) {
      MemberAnswer answer = news.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (answer == null) {
        return;
      }
      answers[answer.seat()] = answer;
      switch (answer.answer()) {
        case Answer.Signed _ -> signed++;
        case Answer.Refused _ -> refused++;
        case Answer.Silent _ -> {}
      }
      if (signed == quorum && answer.answer() instanceof Answer.Signed) {
        until = Math.min(until, System.nanoTime() + settings.moment().toNanos());
      }
    }
  }

  /** The contracts' form of a quorum; empty when too few signed. */
  Optional<Quorum> quorum(List<MemberAnswer> answers) {
    List<Signature> signatures = new ArrayList<>();
    BigInteger bits = BigInteger.ZERO;
    for (MemberAnswer answer : answers) {
      if (answer.answer() instanceof Answer.Signed(Signature signature)) {
        signatures.add(signature);
        bits = bits.setBit(answer.seat());
      }
    }
    Bytes joined = ChainTerms.joined(signatures);
    return signatures.size() < quorum ? Optional.empty() : Optional.of(new Quorum(bits, joined));
  }

  /** One member until it has answered for good. */
  private void work(Seat seat, Ask ask) {
    Duration pause = settings.retryPause();
    try {
      while (true) {
        Answer answer = once(seat, ask);
        news.add(new MemberAnswer(seat.number(), seat.owner(), answer));
        if (!(answer instanceof Answer.Silent)) {
          return;
        }
        Thread.sleep(pause);
        Duration longest = settings.retryPause().multipliedBy(MOST_PAUSES);
        pause = pause.multipliedBy(2).compareTo(longest) < 0 ? pause.multipliedBy(2) : longest;
      }
    } catch (InterruptedException e) {
      // Nobody waits for this member any more.
      Thread.currentThread().interrupt();
    }
  }

  private Answer once(Seat seat, Ask ask) throws InterruptedException {
    if (seat.operator().isEmpty()) {
      return new Answer.Refused(
          MemberAnswer.EMPTY_SEAT, "its validator left, is jailed, or has no key");
    }
    Address operator = seat.operator().get();
    Optional<Members.Member> member = members.of(operator);
    if (member.isEmpty()) {
      return new Answer.Silent("no known validator has the key " + operator);
    }
    try {
      return verified(operator, member.get(), ask.ask(seat, member.get()));
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("not waited for any more");
      }
      return answer(e.getStatus(), member.get());
    } catch (RefusedException e) {
      return new Answer.Refused(e.reason, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // The receipts come from the caller's journal, which may fail.
      return new Answer.Silent("it could not be asked: " + e);
    }
  }

  private Answer verified(Address operator, Members.Member member, Signed signed) {
    Signature signature;
    try {
      signature = Fields.signature("signature", signed.getSignature());
    } catch (IllegalArgumentException e) {
      return new Answer.Refused(MemberAnswer.BAD_SIGNATURE, String.valueOf(e.getMessage()));
    }
    if (Signers.signedBy(operator, digest, signature)) {
      return new Answer.Signed(signature);
    }
    members.forget(member);
    return new Answer.Refused(
        MemberAnswer.BAD_SIGNATURE, "signed something else, or not with the key " + operator);
  }

  private Answer answer(Status status, Members.Member member) {
    String text = String.valueOf(status.getDescription());
    Optional<Reason> reason = Reason.of(text);
    if (reason.isPresent() && !reason.get().passing()) {
      return new Answer.Refused(reason.get().name(), reason.get().detail(text));
    }
    if (reason.isEmpty() && status.getCode() == Status.Code.UNAVAILABLE) {
      // It may come back at another place, or as somebody else.
      members.forget(member);
    }
    return new Answer.Silent(status.getCode() + ": " + text);
  }
}
