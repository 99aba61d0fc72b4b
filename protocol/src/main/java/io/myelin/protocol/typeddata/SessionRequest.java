package io.myelin.protocol.typeddata;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;

/**
 * What a client signs to ask a gateway for a session.
 *
 * @param client the account that pays
 * @param gateway whom it asks, so that no other gateway can use the request
 * @param model catalogue id
 * @param redundancy nodes that run each task, at least 1
 * @param verification level of checking, 0 to 255
 * @param budgetWei most that the session may cost
 * @param expiryMillis Unix time at which the session ends
 * @param nonce drawn by the client; one half of the seed that selects nodes
 */
public record SessionRequest(
    Address client,
    Address gateway,
    String model,
    int redundancy,
    int verification,
    BigInteger budgetWei,
    long expiryMillis,
    Digest nonce)
    implements TypedStruct {
  /** The type as EIP-712 hashes it. */
  public static final StructType TYPE =
      StructType.parse(
          "SessionRequest(address client,address gateway,string model,uint32 redundancy,"
              + "uint8 verification,uint256 budgetWei,uint64 expiryMillis,bytes32 nonce)");

  private static final int MAX_VERIFICATION = 255;
  private static final int WEI_BITS = 256;

  public SessionRequest {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model: blank (expected: a model id)");
    }
    if (redundancy < 1) {
      throw new IllegalArgumentException("redundancy: " + redundancy + " (expected: >= 1)");
    }
    if (verification < 0 || verification > MAX_VERIFICATION) {
      throw new IllegalArgumentException(
          "verification: " + verification + " (expected: 0 to " + MAX_VERIFICATION + ")");
    }
    if (budgetWei.signum() < 0 || budgetWei.bitLength() > WEI_BITS) {
      throw new IllegalArgumentException(
          "budgetWei: " + budgetWei + " (expected: 0 to 2^" + WEI_BITS + " - 1)");
    }
    if (expiryMillis < 0) {
      throw new IllegalArgumentException("expiryMillis: " + expiryMillis + " (expected: >= 0)");
    }
  }

  @Override
  public StructType type() {
    return TYPE;
  }

  @Override
  public void writeTo(FieldWriter writer) {
    writer.address(client);
    writer.address(gateway);
    writer.string(model);
    writer.uint(redundancy);
    writer.uint(verification);
    writer.uint(budgetWei);
    writer.uint(expiryMillis);
    writer.bytes32(nonce);
  }
}
