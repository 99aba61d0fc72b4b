package io.myelin.gateway.hub;

import io.myelin.protocol.work.Exam;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Hello;
import io.myelin.v1.NodeMessage;

/**
 * How much a node may send: an answer to each thing that it was asked, a few messages besides, and
 * none larger than its kind needs. So what a node costs its gateway is what the gateway asked of
 * it. For any thread.
 */
final class StreamBudget {
  /** Messages that nobody asked for. */
  static final int SPARE = 256;

  /** How fast these come back: several heartbeats' worth. */
  private static final int SPARE_PER_SECOND = 20;

  /** Of a task besides its chunks: ack, refusal, end, precommit, commit, error, some twice. */
  private static final int OF_A_TASK = 12;

  private static final int OF_A_QUESTION = 4;

  /** Unused credit is kept up to so many messages, and so many tasks' on each slot. */
  private static final long MOST_KEPT = 8_192;

  private static final int MOST_TASKS_ON_A_SLOT = 4;
  private static final int KIBI = 1 << 10;

  private final int initialCredit;
  private long asked;
  private long mostAsked = MOST_KEPT;
  private long spareMillis = SPARE * 1_000L;
  private long lastMillis;
  private long messages;
  private long bytes;

  /**
   * Full.
   *
   * @param initialCredit chunks of a task that may come before more are allowed
   */
  StreamBudget(int initialCredit, long nowMillis) {
    this.initialCredit = initialCredit;
    this.lastMillis = nowMillis;
  }

  /** The node said how much it does at once, and what it still holds. */
  synchronized void greeted(Hello hello) {
    mostAsked =
        MOST_KEPT
            + (long) MOST_TASKS_ON_A_SLOT * hello.getSlots() * (initialCredit + OF_A_TASK)
            + (long) OF_A_TASK * hello.getHeldCount();
    add((long) OF_A_TASK * hello.getHeldCount());
  }

  /** The node is asked for something. */
  synchronized void asks(GatewayMessage message) {
    switch (message.getKindCase()) {
      case OFFER -> add(initialCredit + OF_A_TASK);
      case CREDIT -> add(message.getCredit().getChunks());
      case CHALLENGE ->
          add(OF_A_QUESTION + (message.getChallenge().getExam() ? Exam.MOST_MODELS : 0));
      case REVEAL, CANCEL -> add(OF_A_QUESTION);
      case WELCOME, REJECTED, FINAL, HEARTBEAT_ACK, VOUCHER, KIND_NOT_SET -> {}
    }
  }

  private void add(long more) {
    asked = Math.min(mostAsked, asked + Math.max(0, more));
  }

  /**
   * A message came.
   *
   * @throws FloodException when it is one too many
   * @throws IllegalArgumentException when it is larger than its kind needs
   */
  synchronized void came(NodeMessage message, long nowMillis) throws FloodException {
    int size = message.getSerializedSize();
    messages++;
    bytes += size;
    spareMillis =
        Math.min(
            SPARE * 1_000L, spareMillis + SPARE_PER_SECOND * Math.max(0, nowMillis - lastMillis));
    lastMillis = nowMillis;
    if (asked > 0) {
      asked--;
    } else if (spareMillis >= 1_000) {
      spareMillis -= 1_000;
    } else {
      throw new FloodException(
          "%s: more messages than were asked for (expected: at most %d more), %s"
              .formatted(message.getKindCase(), SPARE, total()));
    }
    // Its stream ends, as with any value that does not fit; nobody is barred for a size alone.
    int most = most(message.getKindCase());
    if (size > most) {
      throw new IllegalArgumentException(
          "%s: %d bytes (expected: at most %d)".formatted(message.getKindCase(), size, most));
    }
  }

  private String total() {
    return messages + " messages of " + bytes + " bytes on this stream";
  }

  private static int most(NodeMessage.KindCase kind) {
    return switch (kind) {
      case HEARTBEAT, ACK, PRECOMMIT, DRAIN, PROOF, KIND_NOT_SET -> 4 * KIBI;
      case REFUSE, ERROR -> 64 * KIBI;
      case EXAM_ANSWER -> 256 * KIBI;
      // As large as the server takes. A chunk has no small bound: one holds all tokens that a stop
      // string kept back, with alternatives for each, or whatever an upstream says at once.
      case HELLO, CHUNK, COMMIT -> Integer.MAX_VALUE;
    };
  }

  /** More messages than anybody needs. */
  static final class FloodException extends Exception {
    private static final long serialVersionUID = 1;

    FloodException(String message) {
      super(message);
    }
  }
}
