package io.myelin.protocol.settlement;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * What else was agreed in a session; the chain keeps its digest only.
 *
 * @param subnetId that offers the model
 * @param modelId {@link #modelIdOf} of the model's name
 * @param priceVersion that was quoted
 * @param inputWei per prompt token and node
 * @param outputWei per output token and node
 * @param redundancy nodes that run each task, 32 bits
 * @param verification level of checking, 0 to 255
 * @param seed that nodes and committee are drawn from
 * @param validatorSet that the committee is drawn from
 */
public record SessionTail(
    Digest subnetId,
    Digest modelId,
    long priceVersion,
    BigInteger inputWei,
    BigInteger outputWei,
    int redundancy,
    int verification,
    Digest seed,
    long validatorSet) {
  public SessionTail {
    Ranges.uint("priceVersion", priceVersion, 64);
    Ranges.wei("inputWei", inputWei);
    Ranges.wei("outputWei", outputWei);
    Ranges.uint("redundancy", redundancy, 32);
    Ranges.uint("verification", verification, 8);
    Ranges.uint("validatorSet", validatorSet, 64);
  }

  /** How the contracts name a model: Keccak-256 of its catalogue id. */
  public static Digest modelIdOf(String model) {
    return Keccak256.hash(model.getBytes(StandardCharsets.UTF_8));
  }

  /** What the terms hold of it: Keccak-256 of {@code abi.encode(tail)}. */
  public Digest digest() {
    return new AbiWords()
        .word(subnetId)
        .word(modelId)
        .uint(priceVersion)
        .uint(inputWei)
        .uint(outputWei)
        .uint(redundancy)
        .uint(verification)
        .word(seed)
        .uint(validatorSet)
        .keccak();
  }
}
