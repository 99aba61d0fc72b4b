package io.myelin.committee;

import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.SeatState;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import java.util.List;
import java.util.Optional;

/**
 * What one member of a committee answered.
 *
 * @param seat its place in the committee, from 0
 * @param owner who staked for it
 * @param answer what it said, or that it said nothing
 */
public record MemberAnswer(int seat, Address owner, Answer answer) {
  /** Reason of a seat whose validator left, is jailed, or has no key. */
  public static final String EMPTY_SEAT = "EMPTY_SEAT";

  /** Reason of a member that works out another digest of a batch. */
  public static final String OTHER_DIGEST = "OTHER_DIGEST";

  /** Reason of a member whose verdict stayed sealed. */
  public static final String UNOPENED = "UNOPENED";

  /** Reason of a member whose address none of the known validators has, or that did not answer. */
  public static final String SILENT = "SILENT";

  /** An answer. */
  public sealed interface Answer {
    /** It signed; the signature is verified. */
    record Signed(Signature signature) implements Answer {}

    /**
     * It refused, for good.
     *
     * @param reason in capitals: one of {@link io.myelin.committee.wire.Reason}, or of this class
     * @param detail words for people
     */
    record Refused(String reason, String detail) implements Answer {}

    /**
     * It did what no honest member does, and counts for nothing.
     *
     * @param lie what
     * @param detail words for people
     * @param seals what it signed: two that contradict each other, or the one it did not open
     * @param shown what it showed instead; empty when it showed nothing
     */
    record Lied(SeatState.Lie lie, String detail, List<SignedSeal> seals, Optional<Payload> shown)
        implements Answer {}

    /** It sealed a verdict; too few others did, or it did not open it. */
    record Unopened(String detail) implements Answer {}

    /**
     * It gave no answer that counts, and might later.
     *
     * @param detail words for people
     */
    record Silent(String detail) implements Answer {}
  }

  /** The reason for not signing; empty text for who did. */
  public String reason() {
    return switch (answer) {
      case Answer.Signed _ -> "";
      case Answer.Refused refused -> refused.reason();
      case Answer.Lied lied -> lied.lie().name();
      case Answer.Unopened _ -> UNOPENED;
      case Answer.Silent _ -> SILENT;
    };
  }

  /** For people. */
  String text() {
    return switch (answer) {
      case Answer.Signed _ -> "seat %d (%s) signed".formatted(seat, owner);
      case Answer.Refused refused ->
          "seat %d (%s) %s: %s".formatted(seat, owner, refused.reason(), refused.detail());
      case Answer.Lied lied ->
          "seat %d (%s) %s: %s".formatted(seat, owner, lied.lie(), lied.detail());
      case Answer.Unopened unopened ->
          "seat %d (%s) sealed a verdict and has not opened it: %s"
              .formatted(seat, owner, unopened.detail());
      case Answer.Silent silent ->
          "seat %d (%s) silent: %s".formatted(seat, owner, silent.detail());
    };
  }
}
