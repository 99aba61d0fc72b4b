package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Digest;

/**
 * What a validator signs, whatever it is about: so two signatures of one validator over one kind
 * and subject are comparable, and two that differ in content are evidence against it.
 *
 * @param kind type hash of the struct that it attests
 * @param subject what the struct is about; a validator signs one content for it, ever
 * @param content the struct's hash
 */
public record Attestation(Digest kind, Digest subject, Digest content) implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse("Attestation(bytes32 kind,bytes32 subject,bytes32 content)");

  /** An attestation of this struct about this subject. */
  public static Attestation of(Digest subject, TypedStruct struct) {
    return new Attestation(struct.type().typeHash(), subject, struct.hashStruct());
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.bytes32(kind);
    writer.bytes32(subject);
    writer.bytes32(content);
  }
}
