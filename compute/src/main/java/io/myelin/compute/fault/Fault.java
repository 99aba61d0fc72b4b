package io.myelin.compute.fault;

import java.util.Locale;

/** One way to fail on purpose. */
public sealed interface Fault {

  /** What {@link #parse} understands, for help and error messages. */
  String SYNTAX =
      "crash-on-offer, crash-at-token:N, crash-before-precommit, crash-before-commit, stall:N,"
          + " slow:MILLIS, wrong-commit";

  /** Dies when it should start the engine, having acknowledged the task. */
  record CrashOnOffer() implements Fault {}

  /** Dies once this many tokens of a task were sent. */
  record CrashAtToken(int tokens) implements Fault {}

  /** Dies after its last token, before the promise. */
  record CrashBeforePrecommit() implements Fault {}

  /** Dies when it is asked to open its promise. */
  record CrashBeforeCommit() implements Fault {}

  /** Falls silent after this many chunks, its heart still beating. */
  record Stall(int chunks) implements Fault {}

  /** Waits before each chunk. */
  record Slow(int millisPerChunk) implements Fault {}

  /** Signs another output than the one it streamed. */
  record WrongCommit() implements Fault {}

  /**
   * Reads one, such as {@code crash-at-token:12}.
   *
   * @throws IllegalArgumentException naming what is understood
   */
  static Fault parse(String text) {
    int colon = text.indexOf(':');
    String kind = (colon < 0 ? text : text.substring(0, colon)).toLowerCase(Locale.ROOT);
    String number = colon < 0 ? "" : text.substring(colon + 1);
    return switch (kind) {
      case "crash-on-offer" -> without(text, number, new CrashOnOffer());
      case "crash-at-token" -> new CrashAtToken(count(text, number, 1));
      case "crash-before-precommit" -> without(text, number, new CrashBeforePrecommit());
      case "crash-before-commit" -> without(text, number, new CrashBeforeCommit());
      case "stall" -> new Stall(number.isEmpty() ? 3 : count(text, number, 0));
      case "slow" -> new Slow(number.isEmpty() ? 500 : count(text, number, 1));
      case "wrong-commit" -> without(text, number, new WrongCommit());
      default -> throw wrong(text);
    };
  }

  private static Fault without(String text, String number, Fault fault) {
    if (!number.isEmpty()) {
      throw wrong(text);
    }
    return fault;
  }

  private static int count(String text, String number, int least) {
    if (!number.matches("[0-9]{1,6}") || Integer.parseInt(number) < least) {
      throw wrong(text);
    }
    return Integer.parseInt(number);
  }

  private static IllegalArgumentException wrong(String text) {
    return new IllegalArgumentException("fault: " + text + " (expected: one of " + SYNTAX + ")");
  }
}
