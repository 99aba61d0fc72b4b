package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.math.BigInteger;
import java.util.List;

/**
 * Validators who sit together, with the keys they sign with.
 *
 * @param domain of the network
 * @param owners in the order of the seats
 * @param operators their keys
 */
record Committee(Eip712Domain domain, List<Address> owners, List<OperatorKey> operators) {
  private static final byte[] PREFIX = {0x19, 0x01};
  private static final Digest ATTESTATION =
      Words.text("Attestation(bytes32 kind,bytes32 subject,bytes32 content)");

  Committee {
    owners = List.copyOf(owners);
    operators = List.copyOf(operators);
  }

  /**
   * Signatures of a committee's first members.
   *
   * @param seats which seats, a bit each
   * @param signers whose
   */
  record Attested(BigInteger seats, Bytes signatures, List<Address> signers) {}

  /** What a struct with this hash is signed as. */
  static Digest typed(Eip712Domain domain, Digest structHash) {
    return Keccak256.hash(PREFIX, domain.hashStruct().bytes(), structHash.bytes());
  }

  /** The first so many attest. */
  Attested attest(int count, Digest kind, Digest subject, Digest content) {
    Digest digest = typed(domain, Words.hash(ATTESTATION, kind, subject, content));
    Bytes signatures = Bytes.EMPTY;
    for (int seat = 0; seat < count; seat++) {
      signatures = signatures.concat(Bytes.of(operators.get(seat).sign(digest).bytes()));
    }
    BigInteger seats = BigInteger.ONE.shiftLeft(count).subtract(BigInteger.ONE);
    return new Attested(seats, signatures, owners.subList(0, count));
  }
}
