package io.myelin.gateway.task;

/** A submitted or followed task, in the hands of the front that follows it. */
public interface TaskTicket {

  /** Task id: 64 hex digits. */
  String taskId();

  /** Allows {@code chunks} more calls of {@link TaskListener#onChunk}. */
  void request(long chunks);

  /** The client left. Cancels a LIVE task within one token; a DURABLE one goes on. */
  void leave();
}
