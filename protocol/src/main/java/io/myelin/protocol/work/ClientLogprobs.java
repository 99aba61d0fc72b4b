package io.myelin.protocol.work;

import io.myelin.v1.TokenLogprob;

/** What of a node's evidence goes to a client that asked for log-probabilities. */
public final class ClientLogprobs {
  private ClientLogprobs() {}

  /** The token with its first {@code top} alternatives, without what only checkers need. */
  public static TokenLogprob of(TokenLogprob evidence, int top) {
    TokenLogprob.Builder builder = evidence.toBuilder().clearSupport();
    if (builder.getTopCount() > top) {
      builder.clearTop().addAllTop(evidence.getTopList().subList(0, top));
    }
    return builder.build();
  }
}
