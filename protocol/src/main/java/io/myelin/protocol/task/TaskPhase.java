package io.myelin.protocol.task;

import io.myelin.protocol.ids.Digest;

/** Where a task stands. */
public sealed interface TaskPhase {

  /** As APIs show it. */
  default String label() {
    return switch (this) {
      case Queued() -> "queued";
      case Dispatched() -> "dispatched";
      case Acked() -> "acked";
      case Precommitted() -> "precommitted";
      case Committed() -> "committed";
      case Validated() -> "validated";
      case Completed c -> "completed";
      case Failed f -> "failed";
      case Cancelled c -> "cancelled";
    };
  }

  /** Whether this is an end: no other phase follows. */
  default boolean ended() {
    return this instanceof Ended;
  }

  /** Waits for nodes. */
  record Queued() implements TaskPhase {}

  /** Offered, but no primary has accepted; after a failover again. */
  record Dispatched() implements TaskPhase {}

  /** The primary works. */
  record Acked() implements TaskPhase {}

  /** Every node still in it is bound to its result; reveals were asked for. */
  record Precommitted() implements TaskPhase {}

  /** Every node still in it revealed what it was bound to. */
  record Committed() implements TaskPhase {}

  /** Accepted. The client was told; the receipt is on its way to the journal. */
  record Validated() implements TaskPhase {}

  /** An end. */
  sealed interface Ended extends TaskPhase {
    /** What it costs. */
    Counted counted();
  }

  /** Done; the receipt is stored and counts. */
  record Completed(Digest receiptDigest, Counted counted) implements Ended {}

  /**
   * Failed.
   *
   * @param code stable, for programs
   * @param message for people
   * @param clientFault whether the request itself was wrong
   */
  record Failed(String code, String message, boolean clientFault, Counted counted)
      implements Ended {}

  /** Cancelled. */
  record Cancelled(CancelCause cause, Counted counted) implements Ended {}
}
