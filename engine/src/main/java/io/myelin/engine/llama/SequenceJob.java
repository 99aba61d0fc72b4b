package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.sampling.Distribution;

/**
 * Work that needs one sequence of the context. Everything but {@link #cancelled} is used by the
 * decode thread only.
 */
abstract sealed class SequenceJob permits GenerateJob, ScoreJob {
  private final TokenList tokens;
  private int reused;
  private volatile boolean inLongBatch;
  private Runnable leaving = () -> {};

  SequenceJob(TokenList tokens) {
    this.tokens = tokens;
  }

  /** All tokens known so far; the cache holds a beginning of them. */
  final TokenList tokens() {
    return tokens;
  }

  /** Tokens that were cached already when it started. */
  final int reused() {
    return reused;
  }

  final void reused(int count) {
    this.reused = count;
  }

  /** Whether a batch that is worth aborting computes it now. */
  final boolean inLongBatch() {
    return inLongBatch;
  }

  final void inLongBatch(boolean value) {
    inLongBatch = value;
  }

  /** What happens when it makes room for another, once. */
  final void onLeave(Runnable leaving) {
    this.leaving = leaving;
  }

  /**
   * Makes room. Called before its end is told: whoever hears that has the right to come again.
   * Later calls do nothing.
   */
  final void leave() {
    Runnable once = leaving;
    leaving = () -> {};
    once.run();
  }

  /** Position of the first token whose logits are still wanted. */
  abstract int firstLogits();

  /** How many of its first tokens may come from a cache. */
  final int mostReusable() {
    return firstLogits();
  }

  /** Whether the logits behind the token at {@code position} are wanted. */
  abstract boolean wantsLogits(int position);

  /** How many tokens need computing before the job can end; never more than are known. */
  abstract int target();

  /** Whether it may advance now. */
  abstract boolean runnable();

  /** Whether its consumer gave it up. */
  abstract boolean cancelled();

  /** Most likely tokens to rank. */
  abstract int ranksWanted();

  /** Called once, when it got its slot; a job that is already complete says so here. */
  abstract boolean start();

  /**
   * Takes the distribution behind the token at {@code position}.
   *
   * @return whether the job is done
   */
  abstract boolean advance(int position, Distribution distribution);

  /** Ends it as cancelled. */
  abstract void finishCancelled();

  /** Ends it with an error. */
  abstract void fail(EngineException error);
}
