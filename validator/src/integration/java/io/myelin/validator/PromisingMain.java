package io.myelin.validator;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Promises contents of its own for subject after subject and tells each, until it is killed. */
final class PromisingMain {
  private static final SigningStore.Signer SIGNER =
      new SigningStore.Signer(Digest.ZERO, Address.ZERO, Address.ZERO);

  private PromisingMain() {}

  /** With the store's file, and a word that makes its contents others than another's. */
  public static void main(String[] args) {
    try (SigningStore store = SigningStore.open(Path.of(args[0]))) {
      for (int subject = 0; ; subject++) {
        Attestation attestation =
            new Attestation(
                Digest.ZERO, digest("subject " + subject), digest(args[1] + " " + subject));
        System.out.println(subject + " " + store.promise(SIGNER, attestation));
        if (System.out.checkError()) {
          return;
        }
      }
    }
  }

  private static Digest digest(String text) {
    return Sha256.hash(text.getBytes(StandardCharsets.UTF_8));
  }
}
