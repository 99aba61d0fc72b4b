package io.myelin.engine.llama;

import com.google.protobuf.ByteString;
import io.myelin.engine.sampling.Distribution;
import io.myelin.v1.TokenLogprob;
import io.myelin.v1.TopLogprob;

/** Quantised log-probabilities in the form nodes sign and clients read. */
final class Evidence {
  /** Alternatives kept for every position. */
  static final int ALTERNATIVES = 5;

  /** Most alternatives a client can ask for. */
  static final int MOST_ALTERNATIVES = 20;

  private Evidence() {}

  /**
   * The chosen token with the {@code top} most likely ones.
   *
   * @param support what the choice turned on
   */
  static TokenLogprob of(
      LlamaModel model, Distribution distribution, int token, int top, ByteString support) {
    TokenLogprob.Builder builder =
        TokenLogprob.newBuilder()
            .setToken(token)
            .setLogprobQ10(distribution.logprobQ10(token))
            .setText(model.pieceBytes(token))
            .setSupport(support);
    int count = Math.min(top, distribution.rankedCount());
    for (int rank = 0; rank < count; rank++) {
      int ranked = distribution.rankedToken(rank);
      builder.addTop(
          TopLogprob.newBuilder()
              .setToken(ranked)
              .setLogprobQ10(distribution.logprobQ10(ranked))
              .setText(model.pieceBytes(ranked)));
    }
    return builder.build();
  }
}
