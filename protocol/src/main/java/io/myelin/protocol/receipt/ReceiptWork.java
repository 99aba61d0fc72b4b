package io.myelin.protocol.receipt;

import io.myelin.protocol.ids.Digest;

/**
 * What was asked for.
 *
 * @param kind which of the work messages
 * @param model catalogue id
 * @param weightsDigest SHA-256 of the weights file the nodes announced
 * @param specDigest of the work message
 */
public record ReceiptWork(Kind kind, String model, Digest weightsDigest, Digest specDigest) {
  /** The work messages. */
  public enum Kind {
    /** A text generation; its output is text. */
    GENERATION,
    /** An embedding; its output is the serialised vectors. */
    EMBEDDING
  }

  public ReceiptWork {
    ReceiptText.check("model", model, 1);
  }
}
