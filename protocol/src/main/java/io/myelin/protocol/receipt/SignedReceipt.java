package io.myelin.protocol.receipt;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;

/**
 * A receipt with its gateway's signature: the JSON object {@code {"receipt":…,"signature":"0x…"}}.
 *
 * @param receipt what is signed
 * @param signature over the receipt's attestation
 */
public record SignedReceipt(Receipt receipt, Signature signature) {

  /**
   * Signs a receipt.
   *
   * @throws IllegalArgumentException when the key is not that of the receipt's gateway
   */
  public static SignedReceipt sign(OperatorKey gateway, Receipt receipt) {
    if (!gateway.address().equals(receipt.gateway())) {
      throw new IllegalArgumentException(
          "gateway: " + receipt.gateway() + " (expected: " + gateway.address() + ", the key)");
    }
    return new SignedReceipt(receipt, gateway.sign(receipt.domain().digest(receipt.attestation())));
  }

  /**
   * Reads one. Every field must be there, none else, each once.
   *
   * @throws ReceiptFormatException when the text is no signed receipt; says where
   */
  public static SignedReceipt parse(String json) throws ReceiptFormatException {
    return ReceiptReader.read(json);
  }

  /** Canonical JSON. */
  public String json() {
    return CanonicalJson.write(ReceiptWriter.signed(this));
  }
}
