package io.myelin.protocol.peer;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.PublicKey;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Records in the form of Ethereum's network: EIP-778, identity scheme v4, with everything of
 * Myelin's under one key (docs/discovery.md). Bytes of strangers are read strictly: anything that
 * is not in its only right form is a {@link RecordFormatException}, and nothing that is allocated
 * is larger than the input.
 */
public final class RecordCodec {
  /** Bytes in the largest record, by EIP-778. */
  public static final int MAX_BYTES = 300;

  /** Characters in the longest text form. */
  public static final int MAX_TEXT_LENGTH = 4 + (MAX_BYTES * 4 + 2) / 3;

  private static final String PREFIX = "enr:";
  private static final String OWN_KEY = "myelin";
  private static final int MAX_PAIRS = 32;
  private static final Base64.Encoder TO_TEXT = Base64.getUrlEncoder().withoutPadding();

  private RecordCodec() {}

  /**
   * Signs a claim.
   *
   * @throws IllegalArgumentException when the record would have more than {@link #MAX_BYTES} bytes:
   *     fewer subnets or a shorter service address make it fit
   */
  public static PeerRecord sign(OperatorKey key, PeerClaim claim) {
    TreeMap<String, byte[]> pairs = new TreeMap<>();
    pairs.put("id", ascii("v4"));
    pairs.put("secp256k1", key.publicKey().compressed());
    pairs.put(claim.ip().isV4() ? "ip" : "ip6", claim.ip().bytes());
    pairs.put(claim.ip().isV4() ? "udp" : "udp6", Rlp.number(claim.udpPort()));
    pairs.put(OWN_KEY, ClaimCodec.encode(claim));
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.writeBytes(Rlp.string(Rlp.number(claim.sequence())));
    pairs.forEach(
        (name, value) -> {
          content.writeBytes(Rlp.string(ascii(name)));
          content.writeBytes(Rlp.string(value));
        });
    byte[] hash = Rlp.listOf(content.toByteArray());
    byte[] signature =
        Arrays.copyOf(key.sign(Keccak256.hash(hash)).bytes(), PublicKey.COMPACT_LENGTH);
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(Rlp.string(signature));
    whole.writeBytes(content.toByteArray());
    byte[] record = Rlp.listOf(whole.toByteArray());
    if (record.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "record: %d bytes (expected: at most %d; name fewer than %d subnets, or a shorter service address)"
              .formatted(record.length, MAX_BYTES, claim.subnets().size()));
    }
    return new PeerRecord(key.publicKey().hash(), claim, PREFIX + TO_TEXT.encodeToString(record));
  }

  /**
   * Reads the text form, {@code enr:…}.
   *
   * @throws RecordFormatException when it is no record of Myelin's with a right signature
   */
  public static PeerRecord parse(String text) throws RecordFormatException {
    if (!text.startsWith(PREFIX) || text.length() > MAX_TEXT_LENGTH) {
      throw new RecordFormatException(
          "record: %d characters (expected: enr: and at most %d in all)"
              .formatted(text.length(), MAX_TEXT_LENGTH));
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new RecordFormatException("record: not base64url: " + e.getMessage());
    }
    return decode(bytes);
  }

  /**
   * Reads the bytes of a record and checks its signature.
   *
   * @throws RecordFormatException when it is no record of Myelin's with a right signature
   */
  public static PeerRecord decode(byte[] bytes) throws RecordFormatException {
    if (bytes.length > MAX_BYTES) {
      throw new RecordFormatException(
          "record: " + bytes.length + " bytes (expected: at most " + MAX_BYTES + ")");
    }
    Rlp.Items read = Rlp.read(bytes, 2 + 2 * MAX_PAIRS);
    List<Rlp.Item> items = read.items();
    if (items.size() < 2 || items.size() % 2 != 0) {
      throw new RecordFormatException(
          "record: " + items.size() + " items (expected: signature, sequence, and pairs)");
    }
    Map<String, byte[]> pairs = pairs(items);
    PublicKey key = key(pairs);
    byte[] content = Arrays.copyOfRange(bytes, items.get(0).end(), bytes.length);
    if (!key.signed(Keccak256.hash(Rlp.listOf(content)), items.get(0).bytes())) {
      throw new RecordFormatException("record: the signature is not that of its key");
    }
    long sequence = Rlp.number(items.get(1).bytes(), 8, "sequence");
    PeerClaim claim = ClaimCodec.decode(sequence, pairs, needed(pairs, OWN_KEY));
    return new PeerRecord(key.hash(), claim, PREFIX + TO_TEXT.encodeToString(bytes));
  }

  /** The bytes of a record. */
  public static byte[] bytes(PeerRecord record) {
    return Base64.getUrlDecoder().decode(record.text().substring(PREFIX.length()));
  }

  private static Map<String, byte[]> pairs(List<Rlp.Item> items) throws RecordFormatException {
    TreeMap<String, byte[]> pairs = new TreeMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 2; i < items.size(); i += 2) {
      String name = new String(items.get(i).bytes(), StandardCharsets.ISO_8859_1);
      if (!names.isEmpty() && names.getLast().compareTo(name) >= 0) {
        throw new RecordFormatException("record: keys out of order, or one twice");
      }
      names.add(name);
      pairs.put(name, items.get(i + 1).bytes());
    }
    return pairs;
  }

  private static PublicKey key(Map<String, byte[]> pairs) throws RecordFormatException {
    if (!Arrays.equals(needed(pairs, "id"), ascii("v4"))) {
      throw new RecordFormatException("record: another identity scheme (expected: v4)");
    }
    try {
      return PublicKey.parse(needed(pairs, "secp256k1"));
    } catch (IllegalArgumentException e) {
      throw new RecordFormatException("record: " + e.getMessage());
    }
  }

  static byte[] needed(Map<String, byte[]> pairs, String name) throws RecordFormatException {
    byte[] value = pairs.get(name);
    if (value == null) {
      throw new RecordFormatException("record: no \"" + name + "\" in it");
    }
    return value;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
