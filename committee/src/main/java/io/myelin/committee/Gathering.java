package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.MemberAnswer.Answer;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.committee.wire.SealCodec;
import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.RoundEffect;
import io.myelin.protocol.committee.RoundEvent;
import io.myelin.protocol.committee.RoundMachine;
import io.myelin.protocol.committee.RoundState;
import io.myelin.protocol.committee.RoundTerms;
import io.myelin.protocol.committee.SeatState;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Asks all members of one committee at once: for sealed verdicts, then to open them. What is asked
 * when, and what counts, is {@link RoundMachine}'s; this carries the calls. No thread outlives it.
 */
final class Gathering {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The part of the time that is kept for opening seals. */
  private static final int REVEAL_SHARE = 4;

  private final Members members;
  private final CommitteeSettings settings;
  private final List<Seat> seats;
  private final RoundTerms terms;
  private final long beganNanos = System.nanoTime();
  private final BlockingQueue<RoundEvent> news = new LinkedBlockingQueue<>();

  /** Asks one member once. */
  interface Ask {
    /**
     * Its sealed verdict.
     *
     * @param round to be passed on to the member
     * @throws StatusRuntimeException when it takes no part or does not answer
     */
    Sealed ask(ByteString round, Members.Member member) throws InterruptedException;
  }

  /**
   * Of a committee.
   *
   * @param subject what is asked about
   * @param ballot what counts as agreeing
   */
  Gathering(
      Members members,
      CommitteeSettings settings,
      List<Seat> seats,
      long quorum,
      Eip712Domain domain,
      Digest subject,
      Verdict.Ballot ballot,
      Duration total) {
    this.members = members;
    this.settings = settings;
    this.seats = List.copyOf(seats);
    byte[] round = new byte[Digest.LENGTH];
    RANDOM.nextBytes(round);
    this.terms =
        new RoundTerms(
            Digest.of(round),
            subject,
            domain,
            seats.stream().map(Seat::operator).toList(),
            Math.toIntExact(quorum),
            ballot,
            settings.moment().toMillis(),
            total.toMillis() - total.toMillis() / REVEAL_SHARE,
            total.toMillis());
  }

  /** The round once it is over. */
  RoundState ask(Ask ask) throws InterruptedException {
    RoundState state = RoundState.fresh(terms);
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("committee-member").factory())) {
      try {
        news.add(new RoundEvent.Began());
        while (state.outcome().isEmpty()) {
          RoundEvent event =
              news.poll(Math.max(0, state.wakeMillis() - nowMillis()), TimeUnit.MILLISECONDS);
          RoundMachine.Step step =
              RoundMachine.step(state, event == null ? new RoundEvent.Tick() : event, nowMillis());
          state = step.state();
          step.effects().forEach(effect -> act(threads, effect, ask));
        }
      } finally {
        // Closing waits for them, and they stop at once.
        threads.shutdownNow();
      }
    }
    return state;
  }

  /** Everybody's answer, in the order of the seats. */
  List<MemberAnswer> answers(RoundState state) {
    List<MemberAnswer> all = new ArrayList<>();
    for (Seat seat : seats) {
      all.add(
          new MemberAnswer(seat.number(), seat.owner(), answer(state.seats().get(seat.number()))));
    }
    return all;
  }

  private static Answer answer(SeatState state) {
    return switch (state) {
      case SeatState.Waiting(String detail) -> new Answer.Silent(detail);
      case SeatState.Sealed(SignedSeal _, boolean asked, String detail) ->
          new Answer.Unopened(asked ? detail : "too few others sealed one; " + detail);
      case SeatState.Agreed(SignedSeal _, Verdict.Yes(var signature)) ->
          new Answer.Signed(signature);
      case SeatState.Agreed _ -> new Answer.Silent("it found it right and did not sign");
      case SeatState.Refused refused -> refused(refused.text());
      case SeatState.Lied(SeatState.Lie lie, String detail, var signed, var shown) ->
          new Answer.Lied(lie, detail, signed, shown);
    };
  }

  /** A refusal from its text: a reason in capitals, then words. */
  static Answer.Refused refused(String text) {
    int colon = text.indexOf(": ");
    return colon < 0
        ? new Answer.Refused(text, "")
        : new Answer.Refused(text.substring(0, colon), text.substring(colon + 2));
  }

  private long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
  }

  private void act(ExecutorService threads, RoundEffect effect, Ask ask) {
    switch (effect) {
      case RoundEffect.AskSeal(int seat) -> {
        var _ = threads.submit(() -> work(seat, member -> seal(seat, member, ask)));
      }
      case RoundEffect.AskReveal(int seat, List<SignedSeal> shown) -> {
        RevealRequest request = request(shown);
        var _ = threads.submit(() -> work(seat, member -> reveal(seat, member, request, ask)));
      }
      case RoundEffect.End _ -> {}
    }
  }

  private RevealRequest request(List<SignedSeal> shown) {
    return RevealRequest.newBuilder()
        .setSubject(Fields.bytes(terms.subject()))
        .setRound(Fields.bytes(terms.round()))
        .addAllSeals(shown.stream().map(SealCodec::sealed).toList())
        .build();
  }

  private RoundEvent seal(int seat, Members.Member member, Ask ask) throws InterruptedException {
    Sealed given = ask.ask(Fields.bytes(terms.round()), member);
    try {
      return new RoundEvent.GaveSeal(seat, SealCodec.seal(given));
    } catch (IllegalArgumentException e) {
      return new RoundEvent.Declined(seat, SeatState.Lie.BAD_SEAL + ": " + e.getMessage());
    }
  }

  private RoundEvent reveal(int seat, Members.Member member, RevealRequest request, Ask ask)
      throws InterruptedException {
    try {
      Revealed opened =
          member
              .calls()
              .withDeadlineAfter(settings.call().toMillis(), TimeUnit.MILLISECONDS)
              .reveal(request);
      return new RoundEvent.Opened(
          seat,
          Payload.of(opened.getPayload().toByteArray()),
          Salt.of(opened.getSalt().toByteArray()));
    } catch (IllegalArgumentException e) {
      return new RoundEvent.Declined(seat, SeatState.Lie.BAD_REVEAL + ": " + e.getMessage());
    } catch (StatusRuntimeException e) {
      if (Reason.of(String.valueOf(e.getStatus().getDescription()))
          .filter(Reason.UNKNOWN_ROUND::equals)
          .isEmpty()) {
        throw e;
      }
      // It was started anew meanwhile. It seals the same again, and is then asked to open it. The
      // pause is for one that says so each time.
      Thread.sleep(settings.retryPause());
      return seal(seat, member, ask);
    }
  }

  private interface Call {
    RoundEvent run(Members.Member member) throws InterruptedException;
  }

  /** One member until it has answered. */
  private void work(int seat, Call call) {
    Pauses pauses = new Pauses(settings);
    try {
      while (true) {
        RoundEvent event = once(seat, call);
        news.add(event);
        if (!(event instanceof RoundEvent.Silent)) {
          return;
        }
        pauses.next();
      }
    } catch (InterruptedException e) {
      // Nobody waits for this member any more.
      Thread.currentThread().interrupt();
    }
  }

  private RoundEvent once(int seat, Call call) throws InterruptedException {
    Address operator = terms.operators().get(seat).orElseThrow();
    Optional<Members.Member> member = members.of(operator);
    if (member.isEmpty()) {
      return new RoundEvent.Silent(seat, "no known validator has the key " + operator);
    }
    try {
      return call.run(member.get());
    } catch (StatusRuntimeException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("not waited for any more");
      }
      return event(seat, e.getStatus(), member.get());
    } catch (RuntimeException e) {
      // The receipts come from the caller's journal, which may fail.
      return new RoundEvent.Silent(seat, "it could not be asked: " + e);
    }
  }

  private RoundEvent event(int seat, Status status, Members.Member member) {
    String text = String.valueOf(status.getDescription());
    Optional<Reason> reason = Reason.of(text);
    if (reason.isPresent() && !reason.get().passing()) {
      return new RoundEvent.Declined(seat, text);
    }
    if (reason.isEmpty() && status.getCode() == Status.Code.UNAVAILABLE) {
      // It may come back at another place, or as somebody else.
      members.forget(member);
    }
    return new RoundEvent.Silent(seat, status.getCode() + ": " + text);
  }
}
