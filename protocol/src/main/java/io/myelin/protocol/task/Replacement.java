package io.myelin.protocol.task;

/**
 * A node that is being looked for.
 *
 * @param requestId names the search; an answer to another one is stale
 * @param role what the node is to do
 * @param again whether a search before it ran out of time: nodes that had no room may be asked once
 *     more
 */
public record Replacement(long requestId, Role role, boolean again) {}
