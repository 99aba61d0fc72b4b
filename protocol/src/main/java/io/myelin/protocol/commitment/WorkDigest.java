package io.myelin.protocol.commitment;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.Hello;
import io.myelin.v1.Offer;
import io.myelin.v1.ServedModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Digests of messages: SHA-256 of the deterministic protobuf serialisation (fields in order of
 * their numbers, map entries sorted by key). Unknown fields are hashed with the rest, so a message
 * that passed through an older program keeps its digest.
 */
public final class WorkDigest {
  private WorkDigest() {}

  /** Of a text generation. */
  public static Digest of(GenerationSpec spec) {
    return digest(spec);
  }

  /** Of an embedding. */
  public static Digest of(EmbeddingSpec spec) {
    return digest(spec);
  }

  /**
   * Of the work in an offer.
   *
   * @throws IllegalArgumentException when the offer has none
   */
  public static Digest of(Offer offer) {
    return switch (offer.getWorkCase()) {
      case GENERATION -> digest(offer.getGeneration());
      case EMBEDDING -> digest(offer.getEmbedding());
      case WORK_NOT_SET ->
          throw new IllegalArgumentException("offer: no work (expected: generation or embedding)");
    };
  }

  /** Of what a node keeps to prove its output: a commit's evidence digest. */
  public static Digest of(Evidence evidence) {
    return digest(evidence);
  }

  /** Of an embedding task's output: its output digest. */
  public static Digest of(EmbeddingResult result) {
    return digest(result);
  }

  /** Of what a node serves: the models of its Hello, all else cleared. */
  public static Digest ofModels(Hello hello) {
    return ofModels(hello.getModelsList());
  }

  /** The same of the models alone. */
  public static Digest ofModels(List<ServedModel> models) {
    return digest(Hello.newBuilder().addAllModels(models).build());
  }

  private static Digest digest(MessageLite message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array of the right size takes every byte", e);
    }
    out.checkNoSpaceLeft();
    return Sha256.hash(bytes);
  }
}
