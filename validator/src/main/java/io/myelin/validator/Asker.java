package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TypedStruct;

/**
 * Whether a gateway itself asks. There is one content for a subject, ever: whoever could ask in a
 * gateway's name could take it up, with an empty settlement for example.
 */
final class Asker {
  private Asker() {}

  /** Refuses what the gateway did not sign. */
  static void require(
      Eip712Domain domain, Address gateway, TypedStruct wanted, ByteString signature)
      throws RefusedException {
    if (!signed(domain, gateway, wanted, signature)) {
      throw new RefusedException(
          Reason.REFUSED_ASKER, "not signed by " + gateway + ", in whose name it is asked");
    }
  }

  /** Whether somebody signed it; refuses what is no signature. */
  static boolean signed(
      Eip712Domain domain, Address somebody, TypedStruct wanted, ByteString signature)
      throws RefusedException {
    try {
      return Signers.signedBy(
          somebody, domain.digest(wanted), Signature.of(signature.toByteArray()));
    } catch (IllegalArgumentException e) {
      throw new RefusedException(Reason.REFUSED_ASKER, String.valueOf(e.getMessage()));
    }
  }
}
