package io.myelin.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever a file holds, it is a keystore within the limits, or refused with a reason. */
final class KeystoreFuzz {
  private static final char[] PASSWORD = "password".toCharArray();

  @FuzzTest(maxDuration = "5s")
  void opensOrRefuses(byte[] file) {
    String text = new String(file, StandardCharsets.UTF_8);
    EncryptedKey key;
    try {
      key = KeystoreJson.parse(text);
    } catch (KeystoreException e) {
      assertThat(e.getMessage()).startsWith("keystore: ");
      return;
    }
    assertThat(key.ciphertext()).hasSize(32);
    // Deriving takes as long as the file asks for, up to the limits: only the cheap ones here.
    if (key.derivation() instanceof KeyDerivation.Scrypt scrypt && scrypt.n() * scrypt.r() <= 128) {
      try {
        assertThat(Keystore.decrypt(text, PASSWORD).address()).isNotNull();
      } catch (KeystoreException e) {
        assertThat(e.reason()).isNotEqualTo(KeystoreException.Reason.UNSUPPORTED);
      }
    }
  }
}
