package io.myelin.protocol.task;

/**
 * A node that is being looked for.
 *
 * @param requestId names the search; an answer to another one is stale
 * @param role what the node is to do
 */
public record Replacement(long requestId, Role role) {}
