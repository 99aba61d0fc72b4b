package io.myelin.protocol.receipt;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.GeneratedChunk;
import java.util.List;
import java.util.Optional;

/**
 * What a verifier holds beside the receipt; each part allows one more check.
 *
 * @param gateway whom it expects to have signed
 * @param specDigest digest of the work it asked for
 * @param output the whole output: UTF-8 text, or the serialised embeddings
 * @param chunks every chunk it received, in order
 */
public record ReceiptEvidence(
    Optional<Address> gateway,
    Optional<Digest> specDigest,
    Optional<ByteString> output,
    Optional<List<GeneratedChunk>> chunks) {

  /** Nothing but the receipt. */
  public static ReceiptEvidence none() {
    return new ReceiptEvidence(
        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The same, expecting this gateway. */
  public ReceiptEvidence withGateway(Address expected) {
    return new ReceiptEvidence(Optional.of(expected), specDigest, output, chunks);
  }

  /** The same, with the digest of the work asked for. */
  public ReceiptEvidence withSpecDigest(Digest digest) {
    return new ReceiptEvidence(gateway, Optional.of(digest), output, chunks);
  }

  /** The same, with the whole output. */
  public ReceiptEvidence withOutput(ByteString whole) {
    return new ReceiptEvidence(gateway, specDigest, Optional.of(whole), chunks);
  }

  /** The same, with the received chunks. */
  public ReceiptEvidence withChunks(List<GeneratedChunk> received) {
    return new ReceiptEvidence(gateway, specDigest, output, Optional.of(List.copyOf(received)));
  }
}
