package io.myelin.protocol.task;

/**
 * A deadline that is armed.
 *
 * @param armedId names this arming; a timer of another one is stale
 * @param subject the attempt an ACK or STALL deadline is about, else 0
 */
public record Deadline(DeadlineKind kind, long armedId, int subject, long atMillis) {}
