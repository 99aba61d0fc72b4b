package io.myelin.chain.event;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.chain.EventLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides what a cursor asks, delivers and takes back: (state, event) to (state, one effect). No
 * I/O, no clock.
 *
 * <p>Far behind the head it asks for ranges. Within the window it goes block by block: each block
 * must name the one delivered before as its parent, and its logs are asked for by its hash, so that
 * what is delivered is of one branch whatever happens between two questions.
 */
final class CursorMachine {
  private final int confirmations;
  private final int window;
  private final int maxRange;
  private final int lazyBlocks;

  /**
   * Of a cursor.
   *
   * @param lazyBlocks blocks without events that may pass before the position is written
   */
  CursorMachine(int confirmations, int window, int maxRange, int lazyBlocks) {
    this.confirmations = confirmations;
    this.window = window;
    this.maxRange = maxRange;
    this.lazyBlocks = lazyBlocks;
  }

  /** What it is in the middle of. */
  sealed interface Doing {
    /** Nothing. */
    record Idle() implements Doing {}

    /** Waits for the head. */
    record Heading() implements Doing {}

    /** Looks whether the recent block at this index still holds. */
    record Checking(int index) implements Doing {}

    /** Waits for the next block. */
    record Stepping() implements Doing {}

    /** Waits for a block's logs. */
    record Reading(BlockHeader header) implements Doing {}

    /** Waits for the last block of a range. */
    record Bounding(long last) implements Doing {}

    /** Waits for a range's logs. */
    record Scanning(BlockHeader last) implements Doing {}

    /** Waits for the disk. */
    record Committing(CursorPosition next) implements Doing {}
  }

  /**
   * Everything a cursor knows.
   *
   * @param position delivered up to here
   * @param unwritten blocks without events since the position on disk
   * @param target highest block to deliver now
   * @param range blocks to ask for at once
   */
  record State(CursorPosition position, int unwritten, long target, int range, Doing doing) {
    State doing(Doing next) {
      return new State(position, unwritten, target, range, next);
    }

    State range(int blocks) {
      return new State(position, unwritten, target, blocks, doing);
    }

    State at(CursorPosition next, int lazily) {
      return new State(next, lazily, target, range, new Doing.Idle());
    }
  }

  /** What follows. */
  record Step(State state, CursorEffect effect) {}

  State begin(CursorPosition position) {
    return new State(position, 0, -1, maxRange, new Doing.Idle());
  }

  Step step(State state, CursorEvent event) {
    return switch (event) {
      case CursorEvent.Poll _ ->
          new Step(state.doing(new Doing.Heading()), new CursorEffect.AskHead());
      case CursorEvent.Failed _ -> failed(state);
      case CursorEvent.RangeRefused _ ->
          state.doing() instanceof Doing.Scanning
              ? onwards(state.range(Math.max(1, state.range() / 2)))
              : failed(state);
      case CursorEvent.Head(long number) -> headed(state, number);
      case CursorEvent.Block(Optional<BlockHeader> header) -> block(state, header);
      case CursorEvent.Logs(List<EventLog> logs) -> logs(state, logs);
      case CursorEvent.Committed _ ->
          state.doing() instanceof Doing.Committing(CursorPosition next)
              ? onwards(state.at(next, 0))
              : rest(state);
    };
  }

  /** Whatever was under way is asked anew at the next poll; a range may have been too much. */
  private static Step failed(State state) {
    boolean scanned = state.doing() instanceof Doing.Scanning;
    return rest(scanned ? state.range(Math.max(1, state.range() / 2)) : state);
  }

  private static Step rest(State state) {
    return new Step(state.doing(new Doing.Idle()), new CursorEffect.Rest());
  }

  private Step headed(State state, long head) {
    State aimed =
        new State(
            state.position(),
            state.unwritten(),
            head - confirmations,
            state.range(),
            state.doing());
    List<DeliveredBlock> recent = state.position().recent();
    // Also when nothing new is there: what was delivered may be gone.
    return recent.isEmpty() ? onwards(aimed) : check(aimed, recent.size() - 1);
  }

  private static Step check(State state, int index) {
    long number = state.position().recent().get(index).block().number();
    return new Step(state.doing(new Doing.Checking(index)), new CursorEffect.AskBlock(number));
  }

  private Step onwards(State state) {
    long next = state.position().nextBlock();
    if (next > state.target()) {
      return rest(state);
    }
    long settled = state.target() - window;
    if (next <= settled) {
      long last = Math.min(next + state.range() - 1, settled);
      return new Step(state.doing(new Doing.Bounding(last)), new CursorEffect.AskBlock(last));
    }
    return new Step(state.doing(new Doing.Stepping()), new CursorEffect.AskBlock(next));
  }

  private Step block(State state, Optional<BlockHeader> header) {
    return switch (state.doing()) {
      case Doing.Checking(int index) -> checked(state, index, header);
      case Doing.Stepping _ when header.isPresent() -> stepped(state, header.get());
      case Doing.Bounding(long last) when header.isPresent() ->
          new Step(
              state.doing(new Doing.Scanning(header.get())),
              new CursorEffect.AskRange(state.position().nextBlock(), last));
      case Doing.Stepping _,
          Doing.Bounding _,
          Doing.Idle _,
          Doing.Heading _,
          Doing.Reading _,
          Doing.Scanning _,
          Doing.Committing _ ->
          rest(state);
    };
  }

  private Step checked(State state, int index, Optional<BlockHeader> header) {
    List<DeliveredBlock> recent = state.position().recent();
    boolean holds =
        header.map(BlockHeader::ref).filter(recent.get(index).block()::equals).isPresent();
    if (holds) {
      return index == recent.size() - 1 ? onwards(state) : takeBack(state, index + 1);
    }
    if (index > 0) {
      return check(state, index - 1);
    }
    if (recent.getFirst().block().number() == state.position().firstBlock()) {
      return takeBack(state, 0);
    }
    return new Step(
        state.doing(new Doing.Idle()),
        new CursorEffect.Stop(
            "the chain no longer has block "
                + recent.getFirst().block()
                + ", the oldest that can be taken back: a reorganisation deeper than "
                + window
                + " blocks, or another chain"));
  }

  private static Step takeBack(State state, int kept) {
    CursorPosition next = state.position().backTo(kept);
    List<DeliveredBlock> recent = state.position().recent();
    List<EventLog> gone = new ArrayList<>();
    for (int i = recent.size() - 1; i >= kept; i--) {
      gone.addAll(recent.get(i).logs().reversed());
    }
    return new Step(state.doing(new Doing.Committing(next)), new CursorEffect.TakeBack(next, gone));
  }

  private Step stepped(State state, BlockHeader header) {
    List<DeliveredBlock> recent = state.position().recent();
    boolean follows = recent.isEmpty() || header.parent().equals(recent.getLast().block().hash());
    return follows
        ? new Step(state.doing(new Doing.Reading(header)), new CursorEffect.AskLogs(header.ref()))
        : check(state, recent.size() - 1);
  }

  private Step logs(State state, List<EventLog> logs) {
    return switch (state.doing()) {
      case Doing.Reading(BlockHeader header) -> read(state, header.ref(), logs);
      case Doing.Scanning(BlockHeader last) -> scanned(state, last.ref(), logs);
      case Doing.Idle _,
          Doing.Heading _,
          Doing.Checking _,
          Doing.Stepping _,
          Doing.Bounding _,
          Doing.Committing _ ->
          rest(state);
    };
  }

  private Step read(State state, BlockRef block, List<EventLog> logs) {
    CursorPosition next = state.position().delivered(new DeliveredBlock(block, logs), window);
    if (logs.isEmpty() && state.unwritten() < lazyBlocks) {
      return onwards(state.at(next, state.unwritten() + 1));
    }
    return new Step(state.doing(new Doing.Committing(next)), new CursorEffect.Deliver(next, logs));
  }

  private Step scanned(State state, BlockRef last, List<EventLog> logs) {
    boolean sameBranch =
        logs.stream()
            .filter(log -> log.block().number() == last.number())
            .allMatch(log -> log.block().equals(last));
    if (!sameBranch) {
      return rest(state);
    }
    CursorPosition next =
        new CursorPosition(
            state.position().firstBlock(),
            last.number() + 1,
            List.of(new DeliveredBlock(last, List.of())));
    int range = (int) Math.min(maxRange, state.range() * 2L);
    return new Step(
        state.range(range).doing(new Doing.Committing(next)), new CursorEffect.Deliver(next, logs));
  }
}
