package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * What a committee attests of a subnet's models.
 *
 * @param version of the configuration, the first is 1
 * @param configDigest of the models as they are configured
 */
public record SubnetConfig(Digest subnetId, long version, Digest configDigest)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("SubnetConfig(bytes32 subnetId,uint64 version,bytes32 configDigest)");

  public SubnetConfig {
    if (version < 0) {
      throw new IllegalArgumentException("version: " + version + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(subnetId);
    writer.uint(version);
    writer.bytes32(configDigest);
  }
}
