package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.SessionId;

/**
 * What a client signs so that somebody else closes its session and pays the gas.
 *
 * @param sessionId to close
 */
public record SessionClose(SessionId sessionId) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE = StructType.parse("SessionClose(bytes32 sessionId)");

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(sessionId);
  }
}
