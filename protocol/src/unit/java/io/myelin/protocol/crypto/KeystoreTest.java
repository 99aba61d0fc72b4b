package io.myelin.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.KeystoreException.Reason;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeystoreTest {
  private static final char[] PASSWORD = "pässwört".toCharArray();
  private static final KeyDerivation.Scrypt QUICK = new KeyDerivation.Scrypt(16, 8, 1);
  private static final OperatorKey KEY = OperatorKey.generate(new Random(1));
  private static final String JSON = Keystore.encrypt(KEY, PASSWORD, QUICK, new Random(2));

  // Test vector of the Web3 Secret Storage definition.
  private static final String PUBLISHED =
      """
      {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
       "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
       "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256",
        "salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
       "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},
       "id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
      """;

  private static void assertRefused(String json, char[] password, Reason reason, String message) {
    assertThatExceptionOfType(KeystoreException.class)
        .isThrownBy(() -> Keystore.decrypt(json, password))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @Test
  void opensWhatItWrote() throws KeystoreException {
    assertThat(Keystore.decrypt(JSON, PASSWORD).privateKeyBytes()).isEqualTo(KEY.privateKeyBytes());
    assertThat(JSON).doesNotContain(HexFormat.of().formatHex(KEY.privateKeyBytes()));
  }

  @Test
  void opensThePublishedVector() throws KeystoreException {
    assertThat(Keystore.decrypt(PUBLISHED, "testpassword".toCharArray()).privateKeyBytes())
        .isEqualTo(
            HexFormat.of()
                .parseHex("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"));
  }

  @Test
  void refusesAnotherPassword() {
    assertRefused(JSON, "passwort".toCharArray(), Reason.WRONG_PASSWORD, "does not fit");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Keystore.encrypt(KEY, new char[0], QUICK, new Random(1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"version\" : 3|\"version\" : 1|UNSUPPORTED|version 1 (expected: 3)",
        "\"n\" : 16|\"n\" : 15|MALFORMED|scrypt n: 15 (expected: a power of two",
        "\"n\" : 16|\"n\" : 1073741824|MALFORMED|scrypt n: 1073741824",
        "\"n\" : 16|\"n\" : \"16\"|MALFORMED|\"n\" is no integer",
        "\"r\" : 8|\"r\" : 1000000|MALFORMED|scrypt r: 1000000",
        "\"p\" : 1|\"p\" : 0|MALFORMED|scrypt p: 0",
        "\"dklen\" : 32|\"dklen\" : 64|MALFORMED|dklen: 64",
        "\"scrypt\"|\"argon2\"|UNSUPPORTED|kdf \"argon2\" (expected: scrypt or pbkdf2)",
        "aes-128-ctr|aes-128-cbc|UNSUPPORTED|cipher \"aes-128-cbc\"",
        "\"iv\" : \"|\"iv\" : \"00|MALFORMED|iv: 17 bytes (expected: 16 to 16)",
        "\"mac\" : \"|\"mac\" : \"zz|MALFORMED|\"mac\" is not hex",
        "\"salt\"|\"pepper\"|MALFORMED|\"salt\" is no text",
        "\"crypto\"|\"cryptic\"|MALFORMED|\"Crypto\" is no object",
        "\"id\" : \"|\"id\" : \"x|MALFORMED|id: not a UUID",
        "\"version\" : 3|\"version\" : 3, \"version\" : 3|MALFORMED|not JSON",
      })
  void refusesAndSaysWhat(String found, String replacement, Reason reason, String message) {
    assertThat(JSON).contains(found);
    assertRefused(JSON.replace(found, replacement), PASSWORD, reason, message);
  }

  @Test
  void refusesAnAddressThatIsNotOfItsKey() {
    String other = OperatorKey.generate(new Random(9)).address().hex();
    assertRefused(
        JSON.replace(KEY.address().hex(), other), PASSWORD, Reason.MALFORMED, "address 0x" + other);
    assertRefused(
        "[" + " ".repeat(Keystore.MAX_CHARACTERS), PASSWORD, Reason.MALFORMED, "at most 65536");
    assertRefused("", PASSWORD, Reason.MALFORMED, "\"version\" is no integer");
  }
}
