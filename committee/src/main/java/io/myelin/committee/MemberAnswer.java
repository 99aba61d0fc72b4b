package io.myelin.committee;

import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;

/**
 * What one member of a committee answered.
 *
 * @param seat its place in the committee, from 0
 * @param owner who staked for it
 * @param answer what it said, or that it said nothing
 */
public record MemberAnswer(int seat, Address owner, Answer answer) {
  /** Reason of a member whose signature is not its operator's. */
  public static final String BAD_SIGNATURE = "BAD_SIGNATURE";

  /** Reason of a seat whose validator left, is jailed, or has no key. */
  public static final String EMPTY_SEAT = "EMPTY_SEAT";

  /** Reason of a member that works out another digest of a batch. */
  public static final String OTHER_DIGEST = "OTHER_DIGEST";

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
     * It gave no answer that counts, and might later.
     *
     * @param detail words for people
     */
    record Silent(String detail) implements Answer {}
  }

  /** The reason for not signing; empty text for who did. */
  String reason() {
    return switch (answer) {
      case Answer.Signed _ -> "";
      case Answer.Refused refused -> refused.reason();
      case Answer.Silent _ -> SILENT;
    };
  }

  /** For people. */
  String text() {
    return switch (answer) {
      case Answer.Signed _ -> "seat %d (%s) signed".formatted(seat, owner);
      case Answer.Refused refused ->
          "seat %d (%s) %s: %s".formatted(seat, owner, refused.reason(), refused.detail());
      case Answer.Silent silent ->
          "seat %d (%s) silent: %s".formatted(seat, owner, silent.detail());
    };
  }
}
