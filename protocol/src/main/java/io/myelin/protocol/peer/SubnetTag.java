package io.myelin.protocol.peer;

import io.myelin.protocol.ids.Digest;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/**
 * The first 8 bytes of a subnet's id: what of it fits into a record of 300 bytes. Two subnets with
 * the same tag are told apart by the chain, which every use of a peer asks anyway.
 *
 * @param value the 8 bytes, highest first
 */
public record SubnetTag(long value) implements Comparable<SubnetTag> {
  /** Bytes in one. */
  public static final int LENGTH = 8;

  /** The tag of a subnet's id. */
  public static SubnetTag of(Digest subnetId) {
    return new SubnetTag(ByteBuffer.wrap(subnetId.bytes()).getLong());
  }

  @Override
  public int compareTo(SubnetTag other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(value);
  }
}
