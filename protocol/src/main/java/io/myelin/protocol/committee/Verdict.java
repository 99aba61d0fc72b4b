package io.myelin.protocol.committee;

import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a member says, once its seal is opened. */
public sealed interface Verdict {
  /** First byte of an agreement. */
  byte YES = 1;

  /** First byte of a refusal. */
  byte NO = 2;

  /** First byte of what only the two sides understand. */
  byte STATED = 3;

  /** Most bytes of a payload. */
  int MAX_BYTES = 1 << 20;

  /**
   * It attests.
   *
   * @param signature over the attestation
   */
  record Yes(Signature signature) implements Verdict {}

  /**
   * It does not.
   *
   * @param text a reason in capitals, {@code ": "}, and words for people
   */
  record No(String text) implements Verdict {}

  /**
   * A finding in a form of its own: the review of a batch.
   *
   * @param finding its bytes
   */
  record Stated(Payload finding) implements Verdict {}

  /** The bytes that are sealed. */
  default Payload payload() {
    return switch (this) {
      case Yes(Signature signature) -> joined(YES, signature.bytes());
      case No(String text) -> joined(NO, text.getBytes(StandardCharsets.UTF_8));
      case Stated(Payload finding) -> joined(STATED, finding.bytes());
    };
  }

  private static Payload joined(byte first, byte[] rest) {
    byte[] all = new byte[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return Payload.of(all);
  }

  /**
   * Of sealed bytes.
   *
   * @throws IllegalArgumentException when they are no verdict
   */
  static Verdict parse(Payload payload) {
    byte[] bytes = payload.bytes();
    if (bytes.length == 0 || bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "verdict: %d bytes (expected: 1 to %d)".formatted(bytes.length, MAX_BYTES));
    }
    byte[] rest = Arrays.copyOfRange(bytes, 1, bytes.length);
    return switch (bytes[0]) {
      case YES -> new Yes(Signature.of(rest));
      case NO -> new No(new String(rest, StandardCharsets.UTF_8));
      case STATED -> new Stated(Payload.of(rest));
      default ->
          throw new IllegalArgumentException(
              "verdict: begins with %d (expected: 1, 2 or 3)".formatted(bytes[0]));
    };
  }

  /** How a member of a committee decides whether an opened seal counts; pure. */
  interface Ballot {
    /**
     * Whether it counts for what is asked.
     *
     * @param operator who sealed it
     */
    Count read(io.myelin.protocol.ids.Address operator, Verdict verdict);
  }

  /** What a ballot makes of a verdict. */
  sealed interface Count {
    /** It counts for it. */
    record For() implements Count {}

    /** It counts against it, for this reason. */
    record Against(String text) implements Count {}

    /** It counts for nothing: it attests something else. */
    record Invalid(String text) implements Count {}
  }

  /** The ballot of an attestation: only the operator's signature over this digest counts for it. */
  static Ballot attesting(Digest digest) {
    return new AttestingBallot(digest);
  }
}
