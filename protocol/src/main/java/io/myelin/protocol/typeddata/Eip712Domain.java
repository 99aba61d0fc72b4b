package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/**
 * Where a signature counts: name {@code Myelin}, version {@code 1}, one chain, one contract.
 *
 * @param chainId EIP-155 chain id, not negative
 * @param verifyingContract the contract that checks the signature; the zero address where none does
 */
public record Eip712Domain(long chainId, Address verifyingContract) implements TypedStruct {
  /** The domain's name in every signature of Myelin. */
  public static final String NAME = "Myelin";

  /** The version of the typed data; structs never change within one. */
  public static final String VERSION = "1";

  /** Chain id of a network that no chain stands behind: that of local development chains. */
  public static final long LOCAL_CHAIN_ID = 31337;

  static final StructType TYPE =
      StructType.parse(
          "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

  public Eip712Domain {
    if (chainId < 0) {
      throw new IllegalArgumentException("chainId: " + chainId + " (expected: >= 0)");
    }
  }

  /** The domain of a network without contracts. */
  public static Eip712Domain local() {
    return new Eip712Domain(LOCAL_CHAIN_ID, Address.ZERO);
  }

  /** What is signed: Keccak-256 of {@code 0x1901 || domain separator || hashStruct(message)}. */
  public Digest digest(TypedStruct message) {
    return TypedData.digest(this, message);
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.string(NAME);
    writer.string(VERSION);
    writer.uint(chainId);
    writer.address(verifyingContract);
  }
}
