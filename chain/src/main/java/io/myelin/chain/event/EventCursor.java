package io.myelin.chain.event;

import io.myelin.chain.BlockUnknownException;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.RangeRefusedException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the events of contracts and delivers each exactly once, on a thread of its own.
 *
 * @param <T> a transaction of the journal
 */
public final class EventCursor<T> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventCursor.class);
  private static final int LAZY_BLOCKS = 32;

  private final ChainClient chain;
  private final CursorSettings settings;
  private final EventJournal<T> journal;
  private final EventConsumer<T> consumer;
  private final CursorMachine machine;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private CursorMachine.State state;
  private boolean wanted;
  private boolean closed;
  private long deliveredTo;
  private @Nullable String stopped;

  private EventCursor(
      ChainClient chain,
      CursorSettings settings,
      EventJournal<T> journal,
      EventConsumer<T> consumer) {
    this.chain = chain;
    this.settings = settings;
    this.journal = journal;
    this.consumer = consumer;
    this.machine =
        new CursorMachine(
            settings.confirmations(), settings.window(), settings.maxRange(), LAZY_BLOCKS);
    CursorPosition position =
        journal
            .position(settings.name())
            .orElseGet(() -> CursorPosition.start(settings.firstBlock()));
    this.state = machine.begin(position);
    this.deliveredTo = position.nextBlock() - 1;
    this.thread = Thread.ofVirtual().name("chain-events-" + settings.name()).unstarted(this::work);
  }

  /** Goes on from where the journal says, at once. */
  public static <T> EventCursor<T> start(
      ChainClient chain,
      CursorSettings settings,
      EventJournal<T> journal,
      EventConsumer<T> consumer) {
    EventCursor<T> cursor = new EventCursor<>(chain, settings, journal, consumer);
    cursor.thread.start();
    return cursor;
  }

  /** Looks now instead of at the next poll. */
  public void wake() {
    lock.lock();
    try {
      wanted = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The last block whose events are delivered; one before the first at the start. */
  public long deliveredTo() {
    lock.lock();
    try {
      return deliveredTo;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until events of a block are delivered.
   *
   * @return false when it took longer
   * @throws IllegalStateException when the cursor stopped
   */
  public boolean await(long block, long timeoutMillis) throws InterruptedException {
    long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    lock.lock();
    try {
      while (deliveredTo < block) {
        if (stopped != null) {
          throw new IllegalStateException(stopped);
        }
        if (left <= 0) {
          return false;
        }
        left = moved.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    CursorEvent event = new CursorEvent.Poll();
    try {
      while (true) {
        CursorMachine.Step step = machine.step(state, event);
        state = step.state();
        tellPosition();
        if (step.effect() instanceof CursorEffect.Stop(String message)) {
          stop(settings.name() + ": " + message);
          return;
        }
        if (step.effect() instanceof CursorEffect.Rest) {
          if (!rest()) {
            return;
          }
          event = new CursorEvent.Poll();
        } else {
          event = carryOut(step.effect());
        }
      }
    } catch (InterruptedException e) {
      stop(settings.name() + " was closed");
    } catch (RuntimeException | Error e) {
      LOG.error("cursor {} stops", settings.name(), e);
      stop(settings.name() + ": " + e);
    }
  }

  private CursorEvent carryOut(CursorEffect effect) throws InterruptedException {
    try {
      return switch (effect) {
        case CursorEffect.AskHead _ -> new CursorEvent.Head(chain.head().number());
        case CursorEffect.AskBlock(long number) -> new CursorEvent.Block(chain.block(number));
        case CursorEffect.AskLogs(var block) ->
            new CursorEvent.Logs(chain.logs(settings.filter(), block));
        case CursorEffect.AskRange(long first, long last) ->
            new CursorEvent.Logs(chain.logs(settings.filter(), first, last));
        case CursorEffect.Deliver(CursorPosition next, List<EventLog> logs) ->
            commit(next, transaction -> consumer.apply(transaction, logs));
        case CursorEffect.TakeBack(CursorPosition next, List<EventLog> logs) -> {
          LOG.info(
              "cursor {}: a reorganisation takes back {} events, down to block {}",
              settings.name(),
              logs.size(),
              next.nextBlock());
          yield commit(next, transaction -> consumer.revert(transaction, logs));
        }
        case CursorEffect.Rest _, CursorEffect.Stop _ ->
            throw new IllegalArgumentException("nothing to carry out: " + effect);
      };
    } catch (RangeRefusedException e) {
      return new CursorEvent.RangeRefused();
    } catch (BlockUnknownException e) {
      return new CursorEvent.Failed();
    } catch (ChainException e) {
      LOG.debug("cursor {}: {}", settings.name(), e.getMessage());
      return new CursorEvent.Failed();
    }
  }

  private CursorEvent commit(CursorPosition next, EventJournal.Work<T> work)
      throws InterruptedException {
    try {
      journal.commit(settings.name(), next, work);
      return new CursorEvent.Committed();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      LOG.warn("cursor {}: its events could not be taken in yet", settings.name(), e);
      return new CursorEvent.Failed();
    }
  }

  private boolean rest() throws InterruptedException {
    long left = settings.poll().toNanos();
    lock.lock();
    try {
      while (!wanted && !closed && left > 0) {
        left = moved.awaitNanos(left);
      }
      wanted = false;
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  private void tellPosition() {
    lock.lock();
    try {
      deliveredTo = state.position().nextBlock() - 1;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void stop(String why) {
    lock.lock();
    try {
      stopped = why;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Stops; the next start with the same journal goes on. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    thread.interrupt();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(10));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
