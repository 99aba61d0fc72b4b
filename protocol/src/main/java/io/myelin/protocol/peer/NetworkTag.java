package io.myelin.protocol.peer;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * Which network a record belongs to: the first 8 bytes of {@code keccak256(uint256 chainId ||
 * directory)}. Peers of other networks are never talked to.
 *
 * @param value the 8 bytes, highest first
 */
public record NetworkTag(long value) {
  /** Bytes in one. */
  public static final int LENGTH = 8;

  /**
   * The tag of a deployment.
   *
   * @param chainId of its chain, positive
   * @param directory its MyelinDirectory, the verifying contract of every signature
   */
  public static NetworkTag of(long chainId, Address directory) {
    if (chainId <= 0) {
      throw new IllegalArgumentException("chain id: " + chainId + " (expected: positive)");
    }
    byte[] word = ByteBuffer.allocate(32).putLong(24, chainId).array();
    return new NetworkTag(ByteBuffer.wrap(Keccak256.hashBytes(word, directory.bytes())).getLong());
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
