package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.v1.Offer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Work that is not the gateway's. What it holds is used on the node's loop only. */
final class GuestRuns implements EngineDesk {
  private final EngineSlots slots;
  private final DecodeSpeed speed;
  private final InferenceEngine engine;
  private final Executor loop;
  private final Runnable changed;
  private final Map<ByteString, Guest> guests = new HashMap<>();
  private final Set<ByteString> held = new HashSet<>();
  private ByteString beside = ByteString.EMPTY;
  private boolean draining;

  private record Guest(TaskRun run, CompletableFuture<TaskOutput> output) {}

  /**
   * On these slots.
   *
   * @param changed called when something has ended
   */
  GuestRuns(
      EngineSlots slots,
      DecodeSpeed speed,
      InferenceEngine engine,
      Executor loop,
      Runnable changed) {
    this.slots = slots;
    this.speed = speed;
    this.engine = engine;
    this.loop = loop;
    this.changed = changed;
  }

  @Override
  public CompletableFuture<Boolean> hold(ByteString taskId) {
    return onLoop(
        () -> {
          if (held.contains(taskId)) {
            return true;
          }
          if (draining || !slots.reserve()) {
            return false;
          }
          held.add(taskId);
          return true;
        });
  }

  @Override
  public CompletableFuture<TaskOutput> run(Offer offer) {
    CompletableFuture<TaskOutput> output = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            start(offer, output);
          } catch (RuntimeException e) {
            output.completeExceptionally(e);
          }
        });
    return output;
  }

  @Override
  public CompletableFuture<TaskOutput> beside(Offer offer) {
    CompletableFuture<TaskOutput> output = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            if (draining || guests.containsKey(beside)) {
              throw new IllegalStateException(
                  draining ? "the node takes nothing new" : "another runs beside the slots");
            }
            beside = offer.getTaskId();
            slots.startBeside(guest(offer, output));
          } catch (RuntimeException e) {
            output.completeExceptionally(e);
          }
        });
    return output;
  }

  private void start(Offer offer, CompletableFuture<TaskOutput> output) {
    ByteString taskId = offer.getTaskId();
    if (!held.remove(taskId)) {
      throw new IllegalStateException(
          "task " + TaskMessages.shown(taskId) + " holds no slot (expected: hold before run)");
    }
    slots.unreserve();
    slots.start(guest(offer, output));
  }

  private TaskRun guest(Offer offer, CompletableFuture<TaskOutput> output) {
    EngineModel model =
        engine.models().stream()
            .filter(one -> one.id().equals(offer.getGeneration().getModel()))
            .findFirst()
            .orElseThrow(
                () -> new IllegalStateException("model: " + offer.getGeneration().getModel()));
    TaskRun run =
        new GenerationRun(
            offer,
            0,
            model.equivalenceClass(),
            TaskMessages.weightsDigest(model),
            engine,
            _ -> {},
            new Events());
    guests.put(offer.getTaskId(), new Guest(run, output));
    return run;
  }

  @Override
  public void release(ByteString taskId) {
    loop.execute(
        () -> {
          if (held.remove(taskId)) {
            slots.unreserve();
          }
          Guest guest = guests.remove(taskId);
          if (guest != null) {
            slots.stop(guest.run());
            guest.output().completeExceptionally(new CancellationException("not wanted any more"));
          }
          changed.run();
        });
  }

  /** Takes nothing new from now on. */
  void drain() {
    draining = true;
  }

  /** Stops what still runs. */
  void endAll(String why) {
    Set.copyOf(guests.keySet())
        .forEach(
            id -> {
              Guest guest = guests.remove(id);
              if (guest != null) {
                slots.stop(guest.run());
                guest.output().completeExceptionally(new CancellationException(why));
              }
            });
  }

  private <T> CompletableFuture<T> onLoop(Supplier<T> work) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            answer.complete(work.get());
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Brings what the engine says to the loop. */
  private final class Events implements TaskRun.Listener {
    @Override
    public void onOutput(TaskRun run, TaskOutput output) {
      loop.execute(() -> ended(run, output, null));
    }

    @Override
    public void onFailure(TaskRun run, RuntimeException error) {
      loop.execute(() -> ended(run, null, error));
    }

    @Override
    public void onReleased(TaskRun run) {
      loop.execute(
          () -> {
            slots.released(run);
            changed.run();
          });
    }

    @Override
    public void onTokens(int count) {
      speed.decoded(count, System.nanoTime());
    }

    private void ended(TaskRun run, @Nullable TaskOutput output, @Nullable RuntimeException error) {
      Guest guest = guests.get(run.offer().getTaskId());
      if (guest == null || !guest.run().equals(run)) {
        return;
      }
      guests.remove(run.offer().getTaskId());
      if (output != null) {
        guest.output().complete(output);
      } else if (error != null) {
        guest.output().completeExceptionally(error);
      }
    }
  }
}
