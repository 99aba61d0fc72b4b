package io.myelin.gateway.session;

import java.util.List;

/**
 * A model at this gateway.
 *
 * @param id as clients name it
 * @param contextLength most tokens of prompt and output together
 * @param priceInputWei per input token
 * @param priceOutputWei per output token
 * @param embeddings whether it embeds
 * @param generates whether it generates text
 * @param nodes nodes connected that serve it
 * @param createdAtSeconds when it was first listed (Unix time)
 * @param subnets ids of the gateway's subnets that list it, 0x and 64 hex digits; the prices are
 *     the first's
 */
public record ModelView(
    String id,
    int contextLength,
    java.math.BigInteger priceInputWei,
    java.math.BigInteger priceOutputWei,
    boolean embeddings,
    boolean generates,
    int nodes,
    long createdAtSeconds,
    List<String> subnets) {
  /** Copies. */
  public ModelView {
    subnets = List.copyOf(subnets);
  }

  /** The same, named of other subnets. */
  ModelView in(List<String> others) {
    return new ModelView(
        id,
        contextLength,
        priceInputWei,
        priceOutputWei,
        embeddings,
        generates,
        nodes,
        createdAtSeconds,
        others);
  }
}
