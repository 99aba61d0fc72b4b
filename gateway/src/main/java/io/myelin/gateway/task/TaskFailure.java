package io.myelin.gateway.task;

/**
 * How a task failed.
 *
 * @param code stable, e.g. {@code no_node_left}, {@code deadline_exceeded}, {@code cancelled},
 *     {@code context_length_exceeded}, {@code slow_reader}, {@code gateway_restarted}
 * @param message for a person: what happened and what to do
 * @param clientFault whether the request itself was wrong (HTTP 400) rather than the network
 * @param deliveredTokens tokens the client had been sent
 */
public record TaskFailure(String code, String message, boolean clientFault, int deliveredTokens) {}
