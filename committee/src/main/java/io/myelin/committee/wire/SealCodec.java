package io.myelin.committee.wire;

import com.google.protobuf.ByteString;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.typeddata.VerdictSeal;
import io.myelin.v1.Sealed;

/** Seals from and to messages. */
public final class SealCodec {
  private SealCodec() {}

  /** A seal as it is sent. */
  public static Sealed sealed(SignedSeal seal) {
    return Sealed.newBuilder()
        .setOperator(Fields.bytes(seal.operator()))
        .setSubject(Fields.bytes(seal.seal().subject()))
        .setRound(Fields.bytes(seal.seal().round()))
        .setSeal(Fields.bytes(seal.seal().seal()))
        .setSignature(ByteString.copyFrom(seal.signature().bytes()))
        .build();
  }

  /**
   * A seal as it was sent; nothing of it is checked but the lengths.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static SignedSeal seal(Sealed message) {
    return new SignedSeal(
        Fields.address("operator", message.getOperator()),
        new VerdictSeal(
            Fields.digest("subject", message.getSubject()),
            Fields.digest("round", message.getRound()),
            Fields.digest("seal", message.getSeal())),
        Fields.signature("signature", message.getSignature()));
  }
}
