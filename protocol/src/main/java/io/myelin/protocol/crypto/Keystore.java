package io.myelin.protocol.crypto;

import io.myelin.protocol.crypto.KeystoreException.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A key encrypted under a password, in the Web3 Secret Storage format (version 3) that Geth and
 * wallets read and write.
 */
public final class Keystore {
  /** Longest text that is taken for a keystore. */
  public static final int MAX_CHARACTERS = 1 << 16;

  private static final int CIPHER_KEY_LENGTH = 16;
  private static final int IV_LENGTH = 16;
  private static final int SALT_LENGTH = 32;

  private Keystore() {}

  /**
   * Encrypts a key.
   *
   * @param password of at least one character; the caller clears it
   * @param random a {@link java.security.SecureRandom} outside of tests
   * @return the keystore as JSON
   */
  public static String encrypt(
      OperatorKey key, char[] password, KeyDerivation.Scrypt derivation, RandomGenerator random) {
    if (password.length == 0) {
      throw new IllegalArgumentException("password: empty (expected: at least one character)");
    }
    byte[] salt = new byte[SALT_LENGTH];
    random.nextBytes(salt);
    byte[] iv = new byte[IV_LENGTH];
    random.nextBytes(iv);
    byte[] derived = derive(derivation, password, salt);
    byte[] secret = key.privateKeyBytes();
    try {
      byte[] ciphertext = aesCtr(derived, iv, secret);
      return KeystoreJson.write(
          new EncryptedKey(
              new UUID(random.nextLong(), random.nextLong()),
              Optional.of(key.address()),
              derivation,
              salt,
              iv,
              ciphertext,
              mac(derived, ciphertext)));
    } finally {
      Arrays.fill(derived, (byte) 0);
      Arrays.fill(secret, (byte) 0);
    }
  }

  /**
   * Opens a keystore.
   *
   * @throws KeystoreException when the text is none, or the password is not the one it was made
   *     with
   */
  public static OperatorKey decrypt(String json, char[] password) throws KeystoreException {
    EncryptedKey encrypted = KeystoreJson.parse(json);
    byte[] derived = derive(encrypted.derivation(), password, encrypted.salt());
    try {
      byte[] mac = mac(derived, encrypted.ciphertext());
      if (!MessageDigest.isEqual(mac, encrypted.mac())) {
        throw new KeystoreException(
            Reason.WRONG_PASSWORD, "keystore: the password does not fit (its MAC differs)");
      }
      byte[] secret = aesCtr(derived, encrypted.iv(), encrypted.ciphertext());
      OperatorKey key;
      try {
        key = OperatorKey.of(secret);
      } catch (IllegalArgumentException e) {
        throw new KeystoreException(
            Reason.MALFORMED, "keystore: holds no key: " + e.getMessage(), e);
      } finally {
        Arrays.fill(secret, (byte) 0);
      }
      if (encrypted.address().isPresent() && !encrypted.address().get().equals(key.address())) {
        throw new KeystoreException(
            Reason.MALFORMED,
            "keystore: address "
                + encrypted.address().get()
                + " (expected: "
                + key.address()
                + ", that of its key)");
      }
      return key;
    } finally {
      Arrays.fill(derived, (byte) 0);
    }
  }

  private static byte[] derive(KeyDerivation derivation, char[] password, byte[] salt) {
    ByteBuffer encoded = ByteBuffer.allocate(Math.multiplyExact(3, password.length));
    StandardCharsets.UTF_8
        .newEncoder()
        .onMalformedInput(CodingErrorAction.REPLACE)
        .encode(CharBuffer.wrap(password), encoded, true);
    byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
    try {
      return derivation.derive(bytes, salt);
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(encoded.array(), (byte) 0);
    }
  }

  private static byte[] mac(byte[] derived, byte[] ciphertext) {
    return Keccak256.hashBytes(
        Arrays.copyOfRange(derived, CIPHER_KEY_LENGTH, KeyDerivation.KEY_LENGTH), ciphertext);
  }

  private static byte[] aesCtr(byte[] derived, byte[] iv, byte[] input) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CTR/NoPadding");
      cipher.init(
          Cipher.ENCRYPT_MODE,
          new SecretKeySpec(derived, 0, CIPHER_KEY_LENGTH, "AES"),
          new IvParameterSpec(iv));
      return cipher.doFinal(input);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks AES-128-CTR", e);
    }
  }
}
