package io.myelin.protocol.queue;

import io.myelin.protocol.ids.Digest;

/** What a node does next about a task of the queue. */
public sealed interface QueueStep {

  /** Nothing, until the chain or the engine says something new. */
  record Rest() implements QueueStep {}

  /** Nothing ever again: the task ended, or the node is out of it. */
  record Forget() implements QueueStep {}

  /** Takes the offer on, by a transaction; a slot is held from now on. */
  record Ack(int attempt) implements QueueStep {}

  /**
   * Leaves the task, by a transaction.
   *
   * @param why for people
   */
  record GiveUp(int attempt, String why) implements QueueStep {}

  /** Runs the model. */
  record Run(int attempt) implements QueueStep {}

  /** Makes a promise of this attempt out of the output that it has of an earlier one. */
  record Reseal(int attempt) implements QueueStep {}

  /** Binds itself, by a transaction, to what is on its disk. */
  record Precommit(int attempt, Digest hash) implements QueueStep {}

  /**
   * Reveals, by a transaction.
   *
   * @param withOutput whether the answer itself goes on chain: the primary's does
   */
  record Reveal(int attempt, boolean withOutput) implements QueueStep {}

  /** Asks the committee, and brings its word to the chain. */
  record AskVerdict() implements QueueStep {}

  /** Enforces what others are late with, by a transaction. */
  record Enforce(Overdue overdue) implements QueueStep {}
}
