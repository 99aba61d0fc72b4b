package io.myelin.gateway.pipeline;

import io.myelin.protocol.task.TaskTimings;

/**
 * Bounds of the pipeline.
 *
 * @param maxQueued most tasks that wait for a slot
 * @param maxQueuedPerSession most of one session
 * @param defaultTimeoutMillis from submission to the end when the client names none
 * @param maxTimeoutMillis most a client may ask for
 * @param maxAttempts most offers of one task
 * @param slowReaderMillis most time a client may leave a chunk unread
 * @param absentNodeMillis how long a queued task waits while no node of its session is connected
 * @param recentTasks ended tasks kept in memory for those who still read them
 * @param timings deadlines of the stages
 */
public record PipelineSettings(
    int maxQueued,
    int maxQueuedPerSession,
    long defaultTimeoutMillis,
    long maxTimeoutMillis,
    int maxAttempts,
    long slowReaderMillis,
    long absentNodeMillis,
    int recentTasks,
    TaskTimings timings) {

  /** Checks ranges. */
  public PipelineSettings {
    if (maxQueued < 1 || maxQueuedPerSession < 1 || maxAttempts < 1 || recentTasks < 0) {
      throw new IllegalArgumentException(
          "maxQueued, maxQueuedPerSession, maxAttempts, recentTasks: %d, %d, %d, %d (expected: >= 1, 1, 1, 0)"
              .formatted(maxQueued, maxQueuedPerSession, maxAttempts, recentTasks));
    }
    if (defaultTimeoutMillis < 1
        || maxTimeoutMillis < defaultTimeoutMillis
        || slowReaderMillis < 1
        || absentNodeMillis < 1) {
      throw new IllegalArgumentException(
          "timeouts: %d, %d, %d, %d ms (expected: >= 1, the most not below the default)"
              .formatted(
                  defaultTimeoutMillis, maxTimeoutMillis, slowReaderMillis, absentNodeMillis));
    }
  }

  /** What a gateway uses unless configured otherwise. */
  public static PipelineSettings defaults() {
    return new PipelineSettings(
        1_024, 256, 300_000, 3_600_000, 8, 30_000, 10_000, 256, TaskTimings.defaults());
  }
}
