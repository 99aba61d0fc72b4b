package io.myelin.protocol.committee;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * A round as it stands.
 *
 * @param seats one for each seat, in order
 * @param sealedAtMillis when a quorum had sealed; empty before
 * @param revealing whether seals may be opened
 * @param agreedAtMillis when a quorum agreed; empty before
 * @param outcome empty while the round runs
 */
public record RoundState(
    RoundTerms terms,
    List<SeatState> seats,
    OptionalLong sealedAtMillis,
    boolean revealing,
    OptionalLong agreedAtMillis,
    Optional<Outcome> outcome) {
  /** How a round ended. */
  public enum Outcome {
    /** A quorum agreed. */
    AGREED,
    /** So many refused or lied that no quorum can agree. */
    IMPOSSIBLE,
    /** Too many were silent for too long. */
    OUT_OF_TIME
  }

  /** Copies the list. */
  public RoundState {
    seats = List.copyOf(seats);
  }

  /** Before anybody is asked. */
  public static RoundState fresh(RoundTerms terms) {
    return new RoundState(
        terms,
        terms.operators().stream()
            .<SeatState>map(_ -> new SeatState.Waiting("not in time"))
            .toList(),
        OptionalLong.empty(),
        false,
        OptionalLong.empty(),
        Optional.empty());
  }

  /** Seats that agree; at least a quorum when the outcome is {@link Outcome#AGREED}. */
  public List<Integer> agreed() {
    return IntStream.range(0, seats.size())
        .filter(seat -> seats.get(seat) instanceof SeatState.Agreed)
        .boxed()
        .toList();
  }

  /** Seats that could have answered and did not, by the end of the round. */
  public List<Integer> silent() {
    return IntStream.range(0, seats.size())
        .filter(
            seat ->
                seats.get(seat) instanceof SeatState.Waiting
                    || (seats.get(seat) instanceof SeatState.Sealed sealed && sealed.asked()))
        .boxed()
        .toList();
  }

  /** When time alone changes something next; the end of the round at the latest. */
  public long wakeMillis() {
    long wake = terms.endsByMillis();
    if (!revealing) {
      wake = Math.min(wake, terms.sealsByMillis());
      if (sealedAtMillis.isPresent()) {
        wake = Math.min(wake, sealedAtMillis.getAsLong() + terms.momentMillis());
      }
    }
    if (agreedAtMillis.isPresent()) {
      wake = Math.min(wake, agreedAtMillis.getAsLong() + terms.momentMillis());
    }
    return wake;
  }

  RoundState with(int seat, SeatState state) {
    List<SeatState> next = new ArrayList<>(seats);
    next.set(seat, state);
    return new RoundState(terms, next, sealedAtMillis, revealing, agreedAtMillis, outcome);
  }

  RoundState agreed(OptionalLong atMillis, Optional<Outcome> ended) {
    return new RoundState(terms, seats, sealedAtMillis, revealing, atMillis, ended);
  }
}
