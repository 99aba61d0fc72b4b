package io.myelin.protocol.subnet;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A model of a subnet's configuration, as a committee signs it.
 *
 * @param model catalogue id, or {@link #ANY}
 * @param weightsDigest SHA-256 of the weights file; {@link #UNPINNED} where there is no file to
 *     compare, zero for {@link #ANY} alone
 * @param inputWei price of a token of the prompt, 1 to {@link #MAX_PRICE_WEI}
 * @param outputWei price of a token of the answer, 1 to {@link #MAX_PRICE_WEI}
 */
public record ListedModel(
    String model, Digest weightsDigest, BigInteger inputWei, BigInteger outputWei) {
  /** In its place a session may ask for each model of the subnet's nodes. */
  public static final String ANY = "*";

  /**
   * Says on purpose that nodes may serve a model with any weights: one that runs on another server
   * has no file here. Zero, which is what somebody who forgot the digest would list, is refused.
   */
  public static final Digest UNPINNED =
      Sha256.hash("myelin/weights/unpinned/1".getBytes(StandardCharsets.UTF_8));

  /** A whole token of the network for a single token of a model: more is a slip of a decimal. */
  public static final BigInteger MAX_PRICE_WEI = BigInteger.TEN.pow(18);

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

  /** Checks every field. */
  public ListedModel {
    if (!model.equals(ANY) && !isId(model)) {
      throw new IllegalArgumentException(
          "model: \""
              + model
              + "\" (expected: up to 128 of letters, digits and . _ : / -, or * for any)");
    }
    if (weightsDigest.equals(Digest.ZERO) != model.equals(ANY)) {
      throw new IllegalArgumentException(
          "weightsDigest of "
              + model
              + ": "
              + weightsDigest
              + " (expected: SHA-256 of the weights, or "
              + UNPINNED
              + " for any weights; zero for the model * and no other)");
    }
    requirePrice("inputWei of " + model, inputWei);
    requirePrice("outputWei of " + model, outputWei);
  }

  /** Whether clients and catalogues may name a model so. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /**
   * Whether a node with these weights may serve what is listed with those.
   *
   * @param listed what the subnet lists; zero stands in subnets that were configured before digests
   *     were checked, and binds nobody
   * @param served SHA-256 that the node told of
   */
  public static boolean allows(Digest listed, Digest served) {
    return listed.equals(Digest.ZERO) || listed.equals(UNPINNED) || listed.equals(served);
  }

  private static void requirePrice(String name, BigInteger wei) {
    if (wei.signum() <= 0 || wei.compareTo(MAX_PRICE_WEI) > 0) {
      throw new IllegalArgumentException(
          name + ": " + wei + " wei a token (expected: 1 to " + MAX_PRICE_WEI + ")");
    }
  }
}
