package io.myelin.engine.llama;

/**
 * What an engine computed since its start.
 *
 * @param computedTokens tokens that went through the model; reused ones did not
 * @param rounds batches
 */
public record LlamaStats(long computedTokens, long rounds) {}
