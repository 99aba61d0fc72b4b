package io.myelin.protocol.committee;

import io.myelin.protocol.committee.RoundState.Outcome;
import io.myelin.protocol.committee.SeatState.Lie;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.VerdictSeal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One round of asking a committee, as its asker goes through it: (state, event, time) → (state,
 * effects). Nothing that a member says is believed before it is verified here, and no seal is asked
 * to be opened before a quorum of distinct seats has sealed: after that, nobody's verdict can
 * follow another's.
 *
 * <p>Seals are opened once every member has sealed or declined, or a moment after a quorum has
 * sealed. A member that seals later is asked too while there is no agreement: it may have been
 * slow.
 */
public final class RoundMachine {
  private RoundMachine() {}

  /**
   * A step.
   *
   * @param state after it
   * @param effects what to do, in order
   */
  public record Step(RoundState state, List<RoundEffect> effects) {
    /** Copies the list. */
    public Step {
      effects = List.copyOf(effects);
    }
  }

  /**
   * What an event changes. After the end nothing does.
   *
   * @param nowMillis never before an earlier step's
   * @throws IllegalArgumentException for a seat that the committee does not have
   */
  public static Step step(RoundState state, RoundEvent event, long nowMillis) {
    if (state.outcome().isPresent()) {
      return new Step(state, List.of());
    }
    List<RoundEffect> effects = new ArrayList<>();
    RoundState next =
        switch (event) {
          case RoundEvent.Began _ -> begin(state, effects);
          case RoundEvent.GaveSeal(int seat, SignedSeal seal) -> sealed(state, seat, seal);
          case RoundEvent.Opened opened -> opened(state, opened);
          case RoundEvent.Declined(int seat, String text) -> declined(state, seat, text);
          case RoundEvent.Silent(int seat, String detail) -> silent(state, seat, detail);
          case RoundEvent.Tick _ -> state;
        };
    return conclude(next, nowMillis, effects);
  }

  private static SeatState at(RoundState state, int seat) {
    if (seat < 0 || seat >= state.seats().size()) {
      throw new IllegalArgumentException(
          "seat: %d (expected: 0 to %d)".formatted(seat, state.seats().size() - 1));
    }
    return state.seats().get(seat);
  }

  private static RoundState begin(RoundState state, List<RoundEffect> effects) {
    RoundState next = state;
    for (int seat = 0; seat < state.seats().size(); seat++) {
      if (state.terms().operators().get(seat).isPresent()) {
        effects.add(new RoundEffect.AskSeal(seat));
      } else {
        next =
            next.with(
                seat,
                new SeatState.Refused(
                    "EMPTY_SEAT: its validator left, is jailed, benched, or has no key; the next sits for it",
                    Optional.empty(),
                    Optional.empty()));
      }
    }
    return next;
  }

  private static RoundState sealed(RoundState state, int seat, SignedSeal given) {
    SeatState before = at(state, seat);
    Optional<String> wrong = wrong(state.terms(), seat, given);
    return switch (before) {
      case SeatState.Waiting _ ->
          state.with(
              seat,
              wrong.isEmpty()
                  ? new SeatState.Sealed(given, false, "")
                  : new SeatState.Lied(
                      Lie.BAD_SEAL, wrong.get(), List.of(given), Optional.empty()));
      case SeatState.Sealed(SignedSeal first, boolean _, String _) -> {
        RoundState next = again(state, seat, first, given, wrong);
        // It had forgotten the round, and seals the same again: it is asked to open it again.
        yield next.equals(state) ? state.with(seat, new SeatState.Sealed(first, false, "")) : next;
      }
      case SeatState.Agreed(SignedSeal first, Verdict _) -> again(state, seat, first, given, wrong);
      case SeatState.Refused _, SeatState.Lied _ -> state;
    };
  }

  /** Another seal than the first, validly signed, is a lie; anything else changes nothing. */
  private static RoundState again(
      RoundState state, int seat, SignedSeal first, SignedSeal given, Optional<String> wrong) {
    return wrong.isPresent() || first.seal().equals(given.seal())
        ? state
        : state.with(
            seat,
            new SeatState.Lied(
                Lie.SEALED_TWICE,
                "sealed %s, then %s".formatted(first.seal().seal(), given.seal().seal()),
                List.of(first, given),
                Optional.empty()));
  }

  private static Optional<String> wrong(RoundTerms terms, int seat, SignedSeal given) {
    Optional<Address> operator = terms.operators().get(seat);
    VerdictSeal seal = given.seal();
    if (!operator.equals(Optional.of(given.operator()))) {
      return Optional.of(
          "sealed by %s (expected: %s)"
              .formatted(given.operator(), operator.map(Address::toString).orElse("nobody")));
    }
    if (!seal.round().equals(terms.round()) || !seal.subject().equals(terms.subject())) {
      return Optional.of(
          "a seal for subject %s in round %s (expected: %s in %s)"
              .formatted(seal.subject(), seal.round(), terms.subject(), terms.round()));
    }
    return given.holds(terms.domain())
        ? Optional.empty()
        : Optional.of("not signed with the key " + given.operator());
  }

  private static RoundState opened(RoundState state, RoundEvent.Opened event) {
    if (!(at(state, event.seat())
            instanceof SeatState.Sealed(SignedSeal seal, boolean asked, String _))
        || !asked) {
      return state;
    }
    if (!seal.opens(event.payload(), event.salt())) {
      return state.with(
          event.seat(),
          new SeatState.Lied(
              Lie.BAD_REVEAL,
              "showed something else than it had sealed as " + seal.seal().seal(),
              List.of(seal),
              Optional.of(event.payload())));
    }
    SeatState read;
    try {
      Verdict verdict = Verdict.parse(event.payload());
      read =
          switch (state.terms().ballot().read(seal.operator(), verdict)) {
            case Verdict.Count.For _ -> new SeatState.Agreed(seal, verdict);
            case Verdict.Count.Against(String text) ->
                new SeatState.Refused(text, Optional.of(seal), Optional.of(verdict));
            case Verdict.Count.Invalid(String text) ->
                new SeatState.Lied(
                    Lie.BAD_SIGNATURE, text, List.of(seal), Optional.of(event.payload()));
          };
    } catch (IllegalArgumentException e) {
      read =
          new SeatState.Lied(
              Lie.BAD_SIGNATURE,
              String.valueOf(e.getMessage()),
              List.of(seal),
              Optional.of(event.payload()));
    }
    return state.with(event.seat(), read);
  }

  private static RoundState declined(RoundState state, int seat, String text) {
    return at(state, seat).open()
        ? state.with(seat, new SeatState.Refused(text, Optional.empty(), Optional.empty()))
        : state;
  }

  private static RoundState silent(RoundState state, int seat, String detail) {
    return switch (at(state, seat)) {
      case SeatState.Waiting _ -> state.with(seat, new SeatState.Waiting(detail));
      case SeatState.Sealed(SignedSeal seal, boolean asked, String _) ->
          state.with(seat, new SeatState.Sealed(seal, asked, detail));
      case SeatState.Agreed _, SeatState.Refused _, SeatState.Lied _ -> state;
    };
  }

  /** Seals that bind who gave them, opened or not: so not of who sealed twice. */
  private static List<SignedSeal> shown(RoundState state) {
    List<SignedSeal> seals = new ArrayList<>();
    for (SeatState seat : state.seats()) {
      switch (seat) {
        case SeatState.Sealed sealed -> seals.add(sealed.seal());
        case SeatState.Agreed agreed -> seals.add(agreed.seal());
        case SeatState.Refused refused -> refused.seal().ifPresent(seals::add);
        case SeatState.Lied lied when lied.shown().isPresent() -> seals.addAll(lied.seals());
        case SeatState.Waiting _, SeatState.Lied _ -> {}
      }
    }
    return seals;
  }

  private static Step conclude(RoundState state, long nowMillis, List<RoundEffect> effects) {
    RoundTerms terms = state.terms();
    RoundState next = reveal(state, nowMillis, effects);
    int agreed = next.agreed().size();
    OptionalLong agreedAt = OptionalLong.empty();
    if (agreed >= terms.quorum()) {
      agreedAt = OptionalLong.of(next.agreedAtMillis().orElse(nowMillis));
    }
    next = next.agreed(agreedAt, Optional.empty());
    Optional<Outcome> outcome = outcome(next, agreed, nowMillis);
    if (outcome.isPresent()) {
      next = next.agreed(agreedAt, outcome);
      // Nobody is asked for anything any more.
      return new Step(next, List.of(new RoundEffect.End(outcome.get())));
    }
    return new Step(next, effects);
  }

  private static Optional<Outcome> outcome(RoundState state, int agreed, long nowMillis) {
    RoundTerms terms = state.terms();
    if (agreed >= terms.quorum()) {
      boolean pending =
          state.seats().stream()
              .anyMatch(seat -> seat instanceof SeatState.Sealed sealed && sealed.asked());
      return !pending || nowMillis >= state.wakeMillis()
          ? Optional.of(Outcome.AGREED)
          : Optional.empty();
    }
    long possible = agreed + state.seats().stream().filter(SeatState::open).count();
    if (possible < terms.quorum()) {
      return Optional.of(Outcome.IMPOSSIBLE);
    }
    boolean late =
        nowMillis >= terms.endsByMillis()
            || (!state.revealing() && nowMillis >= terms.sealsByMillis());
    return late ? Optional.of(Outcome.OUT_OF_TIME) : Optional.empty();
  }

  private static RoundState reveal(RoundState state, long nowMillis, List<RoundEffect> effects) {
    RoundTerms terms = state.terms();
    List<SignedSeal> shown = shown(state);
    OptionalLong sealedAt = state.sealedAtMillis();
    boolean revealing = state.revealing();
    if (!revealing && shown.size() < terms.quorum()) {
      sealedAt = OptionalLong.empty();
    } else if (!revealing) {
      sealedAt = sealedAt.isPresent() ? sealedAt : OptionalLong.of(nowMillis);
      revealing =
          state.seats().stream().noneMatch(SeatState.Waiting.class::isInstance)
              || nowMillis >= sealedAt.getAsLong() + terms.momentMillis()
              || nowMillis >= terms.sealsByMillis();
    }
    List<SeatState> seats = new ArrayList<>(state.seats());
    if (revealing && shown.size() >= terms.quorum()) {
      for (int seat = 0; seat < seats.size(); seat++) {
        if (seats.get(seat)
                instanceof SeatState.Sealed(SignedSeal seal, boolean asked, String detail)
            && !asked) {
          seats.set(seat, new SeatState.Sealed(seal, true, detail));
          effects.add(new RoundEffect.AskReveal(seat, shown));
        }
      }
    }
    return new RoundState(
        terms, seats, sealedAt, revealing, state.agreedAtMillis(), state.outcome());
  }
}
