package io.myelin.protocol.typeddata;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;

/** A message in its domain: the digest that is signed, and the JSON that wallets sign from. */
public final class TypedData {
  private static final byte[] PREFIX = {0x19, 0x01};

  private TypedData() {}

  /** Keccak-256 of {@code 0x1901 || domain separator || hashStruct(message)}. */
  public static Digest digest(Eip712Domain domain, TypedStruct message) {
    return Keccak256.hash(PREFIX, domain.hashStruct().bytes(), message.hashStruct().bytes());
  }

  /** The argument of a wallet's {@code eth_signTypedData_v4}, as JSON text. */
  public static String json(Eip712Domain domain, TypedStruct message) {
    return TypedDataJson.write(domain, message);
  }
}
