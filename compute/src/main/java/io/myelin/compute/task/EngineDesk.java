package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.v1.Offer;
import java.util.concurrent.CompletableFuture;

/**
 * The node's engine for work that comes from somewhere else than its gateway, in the same slots.
 * Methods may be called from any thread and do not block.
 */
public interface EngineDesk {

  /**
   * Holds a slot for a task, once however often it is asked for.
   *
   * @return false when none is free, or the node takes nothing new
   */
  CompletableFuture<Boolean> hold(ByteString taskId);

  /**
   * Runs in the slot that is held; nothing is sent anywhere.
   *
   * @param offer of a text generation from its beginning, as a replica gets it
   * @return its output; fails with what the engine or the node says otherwise
   */
  CompletableFuture<TaskOutput> run(Offer offer);

  /**
   * Runs beside the slots, one at a time: for what is short and must not wait for who pays, nor let
   * who pays wait for a slot. Where the engine has no place left it waits for one there.
   *
   * @param offer as for {@link #run}
   * @return its output; fails with what the engine says otherwise, and when another runs already
   */
  CompletableFuture<TaskOutput> beside(Offer offer);

  /** Gives a slot back, and stops what runs in it. */
  void release(ByteString taskId);
}
