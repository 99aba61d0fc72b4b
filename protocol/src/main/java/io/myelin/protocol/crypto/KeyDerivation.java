package io.myelin.protocol.crypto;

import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * How a keystore's key comes from its password. Limits keep a hostile file from eating a machine.
 */
public sealed interface KeyDerivation {
  /** Bytes of the derived key: 16 encrypt, 16 authenticate. */
  int KEY_LENGTH = 32;

  /** What Geth and wallets use: about a second and 256 MiB. */
  Scrypt STANDARD = new Scrypt(1 << 18, 8, 1);

  /** Geth's light setting, for keys of local networks: some 50 ms and 4 MiB. */
  Scrypt LIGHT = new Scrypt(1 << 12, 8, 6);

  /** The derived key. */
  byte[] derive(byte[] password, byte[] salt);

  /**
   * Scrypt (RFC 7914).
   *
   * @param n cost, a power of two
   * @param r block size
   * @param p parallelisation
   */
  record Scrypt(int n, int r, int p) implements KeyDerivation {
    private static final long MAX_BYTES = 1L << 29;
    private static final int MAX_N = 1 << 20;
    private static final int MAX_R = 32;
    private static final int MAX_P = 16;

    public Scrypt {
      if (n < 2 || n > MAX_N || Integer.bitCount(n) != 1) {
        throw new IllegalArgumentException(
            "scrypt n: " + n + " (expected: a power of two from 2 to " + MAX_N + ")");
      }
      if (r < 1 || r > MAX_R || 128L * n * r > MAX_BYTES) {
        throw new IllegalArgumentException(
            "scrypt r: " + r + " (expected: 1 to " + MAX_R + ", and 128 * n * r <= 512 MiB)");
      }
      if (p < 1 || p > MAX_P) {
        throw new IllegalArgumentException("scrypt p: " + p + " (expected: 1 to " + MAX_P + ")");
      }
      // RFC 7914: with r = 1, n must stay below 2^16.
      if (r == 1 && n >= 1 << 16) {
        throw new IllegalArgumentException("scrypt n: " + n + " (expected: < 65536 with r = 1)");
      }
    }

    @Override
    public byte[] derive(byte[] password, byte[] salt) {
      return SCrypt.generate(password, salt, n, r, p, KEY_LENGTH);
    }
  }

  /**
   * PBKDF2 with HMAC-SHA-256, which some tools write; read only.
   *
   * @param iterations rounds
   */
  record Pbkdf2(int iterations) implements KeyDerivation {
    private static final int MAX_ITERATIONS = 10_000_000;

    public Pbkdf2 {
      if (iterations < 1 || iterations > MAX_ITERATIONS) {
        throw new IllegalArgumentException(
            "pbkdf2 c: " + iterations + " (expected: 1 to " + MAX_ITERATIONS + ")");
      }
    }

    @Override
    public byte[] derive(byte[] password, byte[] salt) {
      PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(new SHA256Digest());
      generator.init(password, salt, iterations);
      return ((KeyParameter) generator.generateDerivedMacParameters(8 * KEY_LENGTH)).getKey();
    }
  }
}
