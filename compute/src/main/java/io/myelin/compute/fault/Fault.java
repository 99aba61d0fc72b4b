package io.myelin.compute.fault;

import io.myelin.engine.local.SmallerCopy;
import java.util.Locale;

/** One way to fail on purpose. */
public sealed interface Fault {

  /** What {@link #parse} understands, for help and error messages. */
  String SYNTAX =
      "crash-on-offer, crash-at-token:N, crash-before-precommit, crash-before-commit, stall:N,"
          + " slow:MILLIS, wrong-commit; that lie about the machine: boast-speed, boast-slots,"
          + " short-context:N; that attack: flood, flood:KIB;"
          + " silent:STAGE (ack, create, prepare, start, precommit or commit); copy; that cheat: substitute:QUANT,"
          + " truncate, cold, edit, garbage, cache, skip:N, inflate";

  /** What a node runs that substitutes a copy and was not told which. */
  String USUAL_COPY = "Q4_0";

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
   * Runs a more quantised copy of the model, and signs for the listed one.
   *
   * @param quantisation of the copy, such as {@code Q4_0}
   */
  record Substitute(String quantisation) implements Fault {}

  /** Leaves out the first half of what it was asked. */
  record Truncate() implements Fault {}

  /** Draws tokens at a lower temperature than it was asked for. */
  record Cold() implements Fault {}

  /** Changes the text after the model made it. */
  record Edit() implements Fault {}

  /** Makes up how likely its tokens were. */
  record Garbage() implements Fault {}

  /** Gives the first answer that it ever made to whoever asks, with all that belongs to it. */
  record Cache() implements Fault {}

  /**
   * Saves the work of every n-th token: says the one before it twice.
   *
   * @param every at least 2
   */
  record Skip(int every) implements Fault {}

  /** Counts each token of what it was asked twice. */
  record Inflate() implements Fault {}

  /** Says in each heartbeat that it is ten times as fast as it is. */
  record BoastSpeed() implements Fault {}

  /** Offers ten times the slots that its owner declared. */
  record BoastSlots() implements Fault {}

  /**
   * Has room for fewer tokens than it says its models have.
   *
   * @param tokens prompt and answer together
   */
  record ShortContext(int tokens) implements Fault {}

  /**
   * Once it has a task, sends messages that nobody asked for, without end.
   *
   * @param kibibytes of each; 0 for heartbeats
   */
  record Flood(int kibibytes) implements Fault {
    /** As much as a flood is in all. */
    static final int MOST_KIBIBYTES = 1 << 16;
  }

  /** Where a node falls silent, its heart still beating. */
  enum Stage {
    /** Takes tasks and does not say so. */
    ACK,
    /** Of a round that it is to create. */
    CREATE,
    /** Of a round that it is to prepare. */
    PREPARE,
    /** Of a round that it is to answer in. */
    START,
    /** Of tasks and rounds. */
    PRECOMMIT,
    /** Of tasks and rounds. */
    COMMIT
  }

  /** Never says what is due at a stage of tasks or rounds. */
  record Silent(Stage stage) implements Fault {}

  /** Answers in rounds with what another node is bound to, and reveals that. */
  record Copy() implements Fault {}

  /** Whether no gateway lets its stream come up. */
  default boolean staysOut() {
    return this instanceof BoastSlots;
  }

  /** Whether it lies about its machine: then even a local network lets it in by its exam alone. */
  default boolean boasts() {
    return this instanceof BoastSpeed || this instanceof BoastSlots || this instanceof ShortContext;
  }

  /** Whether it lies about the work, rather than failing at it. */
  default boolean cheats() {
    return switch (this) {
      case Substitute _, Truncate _, Cold _, Edit _, Garbage _, Cache _, Skip _, Inflate _ -> true;
      case CrashOnOffer _,
          CrashAtToken _,
          CrashBeforePrecommit _,
          CrashBeforeCommit _,
          Stall _,
          Slow _,
          WrongCommit _,
          BoastSpeed _,
          BoastSlots _,
          ShortContext _,
          Flood _,
          Silent _,
          Copy _ ->
          false;
    };
  }

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
      case "boast-speed" -> without(text, number, new BoastSpeed());
      case "boast-slots" -> without(text, number, new BoastSlots());
      case "short-context" -> new ShortContext(number.isEmpty() ? 128 : count(text, number, 1));
      case "flood" -> new Flood(number.isEmpty() ? 0 : kibibytes(text, number));
      case "silent" -> new Silent(stage(text, number));
      case "copy" -> without(text, number, new Copy());
      case "substitute" ->
          new Substitute(number.isEmpty() ? USUAL_COPY : quantisation(text, number));
      case "truncate" -> without(text, number, new Truncate());
      case "cold" -> without(text, number, new Cold());
      case "edit" -> without(text, number, new Edit());
      case "garbage" -> without(text, number, new Garbage());
      case "cache" -> without(text, number, new Cache());
      case "inflate" -> without(text, number, new Inflate());
      case "skip" -> new Skip(number.isEmpty() ? 4 : count(text, number, 2));
      default -> throw wrong(text);
    };
  }

  private static Stage stage(String text, String name) {
    for (Stage stage : Stage.values()) {
      if (stage.name().equalsIgnoreCase(name)) {
        return stage;
      }
    }
    throw wrong(text);
  }

  private static String quantisation(String text, String name) {
    try {
      return SmallerCopy.type(name);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("fault: " + text + ": " + e.getMessage(), e);
    }
  }

  private static Fault without(String text, String number, Fault fault) {
    if (!number.isEmpty()) {
      throw wrong(text);
    }
    return fault;
  }

  /** One message holds them all. */
  private static int kibibytes(String text, String number) {
    int kibibytes = count(text, number, 1);
    if (kibibytes > Flood.MOST_KIBIBYTES) {
      throw new IllegalArgumentException(
          "fault: %s (expected: flood:KIB with KIB 1 to %d; the others are %s)"
              .formatted(text, Flood.MOST_KIBIBYTES, SYNTAX));
    }
    return kibibytes;
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
