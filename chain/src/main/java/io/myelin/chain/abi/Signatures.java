package io.myelin.chain.abi;

import io.myelin.chain.Bytes;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Canonical signatures and their hashes. */
final class Signatures {
  static final int SELECTOR = 4;

  private Signatures() {}

  static String of(String name, List<AbiType> types) {
    return name + types.stream().map(AbiType::toString).collect(Collectors.joining(",", "(", ")"));
  }

  static Digest hash(String signature) {
    return Keccak256.hash(signature.getBytes(StandardCharsets.US_ASCII));
  }

  static Bytes selector(String signature) {
    return Bytes.of(hash(signature).bytes()).slice(0, SELECTOR);
  }
}
