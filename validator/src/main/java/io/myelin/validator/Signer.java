package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.util.Optional;

/** The only place where an attestation is signed: never before its promise is on disk. */
final class Signer {
  private final OperatorKey key;
  private final Eip712Domain domain;
  private final SigningStore store;
  private final SigningStore.Signer identity;

  Signer(OperatorKey key, Eip712Domain domain, SigningStore store, Digest genesis) {
    this.key = key;
    this.domain = domain;
    this.store = store;
    this.identity = new SigningStore.Signer(genesis, domain.verifyingContract(), key.address());
  }

  /** Refuses what it would not sign any more. */
  void requireFree(Attestation attestation) throws RefusedException {
    Optional<Digest> promised = store.promised(identity, attestation);
    if (promised.isPresent()) {
      hold(attestation, promised.get());
    }
  }

  private static void hold(Attestation attestation, Digest promised) throws RefusedException {
    if (!promised.equals(attestation.content())) {
      throw new RefusedException(
          Reason.ALREADY_SIGNED_OTHER,
          "subject %s has content %s (expected: %s, which was signed first)"
              .formatted(attestation.subject(), attestation.content(), promised));
    }
  }

  Signature sign(Attestation attestation) throws RefusedException {
    hold(attestation, store.promise(identity, attestation));
    return key.sign(domain.digest(attestation));
  }
}
