package io.myelin.gateway.session;

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
 */
public record ModelView(
    String id,
    int contextLength,
    java.math.BigInteger priceInputWei,
    java.math.BigInteger priceOutputWei,
    boolean embeddings,
    boolean generates,
    int nodes,
    long createdAtSeconds) {}
