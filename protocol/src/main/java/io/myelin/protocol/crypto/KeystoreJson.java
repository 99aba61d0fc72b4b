package io.myelin.protocol.crypto;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.crypto.KeystoreException.Reason;
import io.myelin.protocol.ids.Address;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/** Web3 Secret Storage as JSON. Fields that other tools add are left alone. */
final class KeystoreJson {
  private static final int VERSION = 3;
  private static final String CIPHER = "aes-128-ctr";
  private static final HexFormat HEX = HexFormat.of();

  private static final ObjectMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(16)
                          .maxNumberLength(20)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private KeystoreJson() {}

  static String write(EncryptedKey key) {
    if (!(key.derivation() instanceof KeyDerivation.Scrypt scrypt)) {
      throw new IllegalArgumentException("key derivation: only scrypt is written");
    }
    ObjectNode root = MAPPER.createObjectNode();
    key.address().ifPresent(address -> root.put("address", address.hex()));
    ObjectNode crypto = root.putObject("crypto");
    crypto.put("cipher", CIPHER);
    crypto.putObject("cipherparams").put("iv", HEX.formatHex(key.iv()));
    crypto.put("ciphertext", HEX.formatHex(key.ciphertext()));
    crypto.put("kdf", "scrypt");
    crypto
        .putObject("kdfparams")
        .put("dklen", KeyDerivation.KEY_LENGTH)
        .put("n", scrypt.n())
        .put("p", scrypt.p())
        .put("r", scrypt.r())
        .put("salt", HEX.formatHex(key.salt()));
    crypto.put("mac", HEX.formatHex(key.mac()));
    root.put("id", key.id().toString());
    root.put("version", VERSION);
    return root.toPrettyString() + "\n";
  }

  static EncryptedKey parse(String json) throws KeystoreException {
    if (json.length() > Keystore.MAX_CHARACTERS) {
      throw malformed(
          json.length() + " characters (expected: at most " + Keystore.MAX_CHARACTERS + ")");
    }
    JsonNode root;
    try {
      root = MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      // The parser's message could quote the file: it holds a secret, if an encrypted one.
      throw new KeystoreException(
          Reason.MALFORMED, "keystore: not JSON, or JSON with a field twice");
    }
    if (integer(root, "version") != VERSION) {
      throw new KeystoreException(
          Reason.UNSUPPORTED,
          "keystore: version " + integer(root, "version") + " (expected: " + VERSION + ")");
    }
    JsonNode crypto = root.has("crypto") ? root.get("crypto") : object(root, "Crypto");
    String cipher = text(crypto, "cipher");
    if (!cipher.equals(CIPHER)) {
      throw unsupported("cipher", cipher, CIPHER);
    }
    JsonNode kdfParams = object(crypto, "kdfparams");
    return new EncryptedKey(
        id(root),
        address(root),
        derivation(text(crypto, "kdf"), kdfParams),
        hex(kdfParams, "salt", 1, 128),
        hex(object(crypto, "cipherparams"), "iv", 16, 16),
        hex(crypto, "ciphertext", 32, 32),
        hex(crypto, "mac", 32, 32));
  }

  private static KeyDerivation derivation(String kdf, JsonNode params) throws KeystoreException {
    if (integer(params, "dklen") != KeyDerivation.KEY_LENGTH) {
      throw malformed(
          "dklen: " + integer(params, "dklen") + " (expected: " + KeyDerivation.KEY_LENGTH + ")");
    }
    try {
      return switch (kdf) {
        case "scrypt" ->
            new KeyDerivation.Scrypt(
                integer(params, "n"), integer(params, "r"), integer(params, "p"));
        case "pbkdf2" -> {
          String prf = text(params, "prf");
          if (!prf.equals("hmac-sha256")) {
            throw unsupported("prf", prf, "hmac-sha256");
          }
          yield new KeyDerivation.Pbkdf2(integer(params, "c"));
        }
        default -> throw unsupported("kdf", kdf, "scrypt or pbkdf2");
      };
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private static UUID id(JsonNode root) throws KeystoreException {
    if (!root.has("id")) {
      return new UUID(0, 0);
    }
    try {
      return UUID.fromString(text(root, "id"));
    } catch (IllegalArgumentException e) {
      throw malformed("id: not a UUID");
    }
  }

  private static Optional<Address> address(JsonNode root) throws KeystoreException {
    if (!root.has("address")) {
      return Optional.empty();
    }
    String text = text(root, "address");
    try {
      return Optional.of(Address.parse(text.startsWith("0x") ? text : "0x" + text));
    } catch (IllegalArgumentException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
  }

  private static JsonNode object(JsonNode parent, String field) throws KeystoreException {
    JsonNode value = parent.get(field);
    if (value == null || !value.isObject()) {
      throw malformed("field \"" + field + "\" is no object (expected: one)");
    }
    return value;
  }

  private static String text(JsonNode parent, String field) throws KeystoreException {
    JsonNode value = parent.get(field);
    if (value == null || !value.isTextual()) {
      throw malformed("field \"" + field + "\" is no text (expected: text)");
    }
    return value.textValue();
  }

  private static int integer(JsonNode parent, String field) throws KeystoreException {
    JsonNode value = parent.get(field);
    if (value == null || !value.isIntegralNumber() || !value.canConvertToInt()) {
      throw malformed("field \"" + field + "\" is no integer (expected: one of 32 bits)");
    }
    return value.intValue();
  }

  private static byte[] hex(JsonNode parent, String field, int min, int max)
      throws KeystoreException {
    byte[] bytes;
    try {
      bytes = HEX.parseHex(text(parent, field));
    } catch (IllegalArgumentException e) {
      throw malformed("field \"" + field + "\" is not hex");
    }
    if (bytes.length < min || bytes.length > max) {
      throw malformed(
          field + ": " + bytes.length + " bytes (expected: " + min + " to " + max + ")");
    }
    return bytes;
  }

  private static KeystoreException malformed(String what) {
    return new KeystoreException(Reason.MALFORMED, "keystore: " + what);
  }

  private static KeystoreException unsupported(String field, String value, String expected) {
    String shown = value.length() <= 40 ? value : value.substring(0, 40) + "…";
    return new KeystoreException(
        Reason.UNSUPPORTED,
        "keystore: " + field + " \"" + shown + "\" (expected: " + expected + ")");
  }
}
