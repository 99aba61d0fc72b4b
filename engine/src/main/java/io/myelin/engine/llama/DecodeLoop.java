package io.myelin.engine.llama;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineException.Kind;
import io.myelin.engine.llama.LlamaContext.Outcome;
import io.myelin.engine.llama.SlotPlanner.Plan;
import io.myelin.engine.llama.SlotPlanner.SlotState;
import io.myelin.engine.sampling.Distribution;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that computes. Each round it admits waiting jobs into free slots, puts the next
 * token of every running sequence and a bounded piece of new prompts into one batch, computes it,
 * and lets each job take its result.
 */
final class DecodeLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DecodeLoop.class);

  /** Prompt tokens per round while other sequences are generating: bounds what they wait. */
  static final int PREFILL_BESIDE_OTHERS = 64;

  /** Prompt tokens per round while no other sequence is generating. */
  static final int PREFILL_ALONE = 256;

  /** Logits rows per round of a score: bounds the output buffer. */
  static final int SCORED_PER_ROUND = 64;

  // A batch of fewer tokens ends soon by itself.
  private static final int WORTH_ABORTING = 16;

  private final LlamaContext context;
  private final LlamaModel model;
  private final Distribution distribution;
  private final List<Slot> slots = new ArrayList<>();
  private final List<SequenceJob> waiting = new ArrayList<>();
  private final ConcurrentLinkedQueue<SequenceJob> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicInteger unfinished = new AtomicInteger();
  private final int capacity;
  private final boolean sharesPrefixes;
  private final Thread thread;
  private volatile boolean signalled;
  private volatile boolean closing;
  private volatile boolean ended;
  private final LongAdder computedTokens = new LongAdder();
  private final LongAdder rounds = new LongAdder();
  private long clock;

  private static final class Slot {
    final int id;
    final TokenList cached = new TokenList(new int[0]);
    @Nullable SequenceJob job;
    long usedAt;
    int share;
    int batchIndex;

    Slot(int id) {
      this.id = id;
    }
  }

  DecodeLoop(LlamaModel model, LlamaContext context, int slotCount, int maxQueued) {
    this.model = model;
    this.context = context;
    this.distribution = new Distribution(model.size());
    this.capacity = slotCount + maxQueued;
    this.sharesPrefixes = model.cutsCache();
    for (int id = 0; id < slotCount; id++) {
      slots.add(new Slot(id));
    }
    this.thread = Thread.ofPlatform().name("myelin-decode").daemon().unstarted(this::run);
    thread.start();
  }

  /**
   * Hands over a job.
   *
   * @throws EngineException BUSY or CLOSED
   */
  void submit(SequenceJob job) {
    if (unfinished.incrementAndGet() > capacity) {
      unfinished.decrementAndGet();
      throw new EngineException(
          Kind.BUSY,
          "the engine has %d slots and all of them, and its queue, are taken (expected: fewer at once)"
              .formatted(slots.size()));
    }
    if (closing) {
      unfinished.decrementAndGet();
      throw closed();
    }
    job.onLeave(unfinished::decrementAndGet);
    inbox.add(job);
    wake();
    if (ended) {
      // The loop may have looked for the last time before the job was there.
      drainInbox(closed());
    }
  }

  /** Tells the loop that a job can go on or was cancelled. */
  void signal(SequenceJob job) {
    if (job.cancelled() && job.inLongBatch()) {
      context.abort();
    }
    wake();
  }

  /** Tokens computed since the start, without those taken from caches. */
  long computedTokens() {
    return computedTokens.sum();
  }

  /** Batches computed since the start. */
  long rounds() {
    return rounds.sum();
  }

  private void wake() {
    signalled = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    try {
      while (!closing) {
        signalled = false;
        takeNew();
        endCancelled();
        admit();
        if (!round()) {
          while (!signalled && !closing) {
            LockSupport.park(this);
          }
        }
      }
    } catch (Throwable e) {
      log.error("the decode loop failed", e);
      endAll(new EngineException(Kind.INTERNAL, "the decode loop failed: " + e, e));
    } finally {
      closing = true;
      ended = true;
      endAll(closed());
      context.close();
      model.close();
    }
  }

  private void takeNew() {
    for (SequenceJob job = inbox.poll(); job != null; job = inbox.poll()) {
      waiting.add(job);
    }
  }

  private void endCancelled() {
    waiting.removeIf(job -> job.cancelled() && end(job, job::finishCancelled));
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job != null && job.cancelled()) {
        release(slot);
        end(job, job::finishCancelled);
      }
    }
  }

  private void admit() {
    for (Iterator<SequenceJob> jobs = waiting.iterator(); jobs.hasNext(); ) {
      SequenceJob job = jobs.next();
      List<SlotState> states = states(job);
      if (states.stream().allMatch(SlotState::busy)) {
        return;
      }
      if (someoneComputesItsPrefix(job, states)) {
        continue;
      }
      jobs.remove();
      admit(job, SlotPlanner.plan(states));
    }
  }

  private List<SlotState> states(SequenceJob job) {
    List<SlotState> states = new ArrayList<>(slots.size());
    for (Slot slot : slots) {
      int common =
          sharesPrefixes ? Math.min(job.mostReusable(), slot.cached.commonPrefix(job.tokens())) : 0;
      states.add(new SlotState(slot.id, slot.job != null, slot.cached.size(), common, slot.usedAt));
    }
    return states;
  }

  // Two requests with one long prompt that come together: the second waits for the first's prefill.
  private boolean someoneComputesItsPrefix(SequenceJob job, List<SlotState> states) {
    if (!sharesPrefixes) {
      return false;
    }
    int now = states.stream().mapToInt(SlotState::common).max().orElse(0);
    for (Slot slot : slots) {
      SequenceJob other = slot.job;
      if (other != null && other.runnable()) {
        int soon =
            Math.min(
                Math.min(job.mostReusable(), other.target()),
                other.tokens().commonPrefix(job.tokens()));
        if (soon >= now + SlotPlanner.WORTH_COPYING && slot.cached.size() < soon) {
          return true;
        }
      }
    }
    return false;
  }

  private void admit(SequenceJob job, Plan plan) {
    Slot slot = slots.get(plan.target());
    if (plan.keepIn() != SlotPlanner.NONE) {
      copy(slot, slots.get(plan.keepIn()));
    }
    if (plan.donor() != SlotPlanner.NONE && plan.donor() != plan.target()) {
      copy(slots.get(plan.donor()), slot);
    }
    context.cut(slot.id, plan.reuse());
    slot.cached.cut(plan.reuse());
    slot.usedAt = ++clock;
    slot.job = job;
    job.reused(plan.reuse());
    if (safely(job, job::start)) {
      release(slot);
      job.leave();
    }
  }

  private void copy(Slot from, Slot to) {
    context.copy(from.id, to.id);
    to.cached.copyFrom(from.cached, from.cached.size());
    to.usedAt = from.usedAt;
  }

  /** Computes one batch; says whether there was anything to compute. */
  private boolean round() {
    boolean othersGenerate = false;
    for (Slot slot : slots) {
      slot.share = 0;
      SequenceJob job = slot.job;
      othersGenerate |= job != null && job.runnable() && remaining(slot, job) == 1;
    }
    int budget = othersGenerate ? PREFILL_BESIDE_OTHERS : PREFILL_ALONE;
    share(budget);
    fill();
    if (context.batchSize() == 0) {
      return false;
    }
    boolean longBatch = context.batchSize() > WORTH_ABORTING;
    if (longBatch) {
      context.forgetAbort();
      markLong(true);
      if (closing || slots.stream().anyMatch(slot -> slot.job != null && slot.job.cancelled())) {
        markLong(false);
        return true;
      }
    }
    Outcome outcome = context.decode(longBatch);
    markLong(false);
    rounds.increment();
    switch (outcome) {
      case DONE -> takeResults();
      case ABORTED -> keepWhatWasComputed();
      case FAILED -> failBatch();
    }
    return true;
  }

  private static int remaining(Slot slot, SequenceJob job) {
    return job.target() - slot.cached.size();
  }

  // Who was admitted first computes its prompt first; a sequence that generates always gets its
  // token.
  private void share(int budget) {
    List<Slot> byAge = new ArrayList<>(slots);
    byAge.sort(java.util.Comparator.comparingLong(slot -> slot.usedAt));
    int left = budget;
    int rows = SCORED_PER_ROUND;
    for (Slot slot : byAge) {
      SequenceJob job = slot.job;
      if (job == null || !job.runnable()) {
        continue;
      }
      int remaining = remaining(slot, job);
      if (remaining == 1) {
        slot.share = 1;
        continue;
      }
      int share = Math.min(left, remaining);
      int unscored = Math.max(0, job.firstLogits() - slot.cached.size());
      share = Math.min(share, unscored + rows);
      rows -= Math.max(0, share - unscored);
      slot.share = share;
      left -= share;
    }
  }

  private void fill() {
    context.clearBatch();
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job != null && slot.share > 0) {
        slot.batchIndex = context.batchSize();
        int from = slot.cached.size();
        for (int position = from; position < from + slot.share; position++) {
          context.add(slot.id, position, job.tokens().get(position), job.wantsLogits(position));
        }
      }
    }
  }

  private void markLong(boolean value) {
    for (Slot slot : slots) {
      if (slot.job != null && slot.share > 0) {
        slot.job.inLongBatch(value);
      }
    }
  }

  private void takeResults() {
    computedTokens.add(context.batchSize());
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job == null || slot.share == 0) {
        continue;
      }
      int from = slot.cached.size();
      int share = slot.share;
      for (int i = 0; i < share; i++) {
        slot.cached.add(job.tokens().get(from + i));
      }
      if (safely(job, () -> takeLogits(slot, job, from, share))) {
        release(slot);
        job.leave();
      }
    }
  }

  private boolean takeLogits(Slot slot, SequenceJob job, int from, int share) {
    for (int position = from; position < from + share; position++) {
      if (job.wantsLogits(position)) {
        context.readLogits(slot.batchIndex + position - from, distribution.buffer());
        try {
          distribution.refresh(job.ranksWanted());
        } catch (ArithmeticException e) {
          throw new EngineException(
              Kind.INTERNAL, "the model gave no usable probabilities: " + e.getMessage(), e);
        }
        if (job.advance(position, distribution)) {
          return true;
        }
      }
    }
    return false;
  }

  private void keepWhatWasComputed() {
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job != null && slot.share > 0) {
        // Logits are lost, so what they belong to is computed again.
        int from = slot.cached.size();
        int keep =
            Math.max(
                from,
                Math.min(
                    context.cached(slot.id),
                    Math.min(from + slot.share, Math.max(from, job.firstLogits()))));
        context.cut(slot.id, keep);
        for (int position = from; position < keep; position++) {
          slot.cached.add(job.tokens().get(position));
        }
        computedTokens.add(keep - from);
      }
    }
  }

  private void failBatch() {
    String reason = model.runtime().log().collected();
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job != null && slot.share > 0) {
        slot.cached.cut(0);
        context.cut(slot.id, 0);
        release(slot);
        end(
            job,
            () ->
                job.fail(new EngineException(Kind.INTERNAL, "llama.cpp decode failed: " + reason)));
      }
    }
  }

  private void release(Slot slot) {
    slot.job = null;
    slot.usedAt = ++clock;
  }

  private void endAll(EngineException error) {
    for (Slot slot : slots) {
      SequenceJob job = slot.job;
      if (job != null) {
        release(slot);
        end(job, () -> job.fail(error));
      }
    }
    waiting.forEach(job -> end(job, () -> job.fail(error)));
    waiting.clear();
    drainInbox(error);
  }

  private void drainInbox(EngineException error) {
    for (SequenceJob job = inbox.poll(); job != null; job = inbox.poll()) {
      SequenceJob late = job;
      end(late, () -> late.fail(error));
    }
  }

  /** Runs a job's last callback; true, so that it can be used as a filter. */
  private boolean end(SequenceJob job, Runnable last) {
    job.leave();
    try {
      last.run();
    } catch (RuntimeException | Error e) {
      log.warn("a listener failed at the end of {}", job, e);
    }
    return true;
  }

  private interface Step {
    boolean run();
  }

  /** Runs a step of a job; whatever it throws ends this job and no other. True when it is done. */
  private boolean safely(SequenceJob job, Step step) {
    EngineException failure;
    try {
      return step.run();
    } catch (EngineException e) {
      failure = e;
    } catch (RuntimeException | Error e) {
      log.warn("a listener or filter failed", e);
      failure = new EngineException(Kind.INTERNAL, "a listener or filter failed: " + e, e);
    }
    try {
      job.fail(failure);
    } catch (RuntimeException | Error e) {
      log.warn("a listener failed at the end of {}", job, e);
    }
    return true;
  }

  private static EngineException closed() {
    return new EngineException(Kind.CLOSED, "the engine was closed");
  }

  /** Ends every job as closed and frees context and model. */
  @Override
  public void close() {
    closing = true;
    context.abort();
    wake();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      if (!thread.join(java.time.Duration.ofSeconds(30))) {
        log.warn("the decode thread did not end within 30 s");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
