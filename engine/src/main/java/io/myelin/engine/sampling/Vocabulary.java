package io.myelin.engine.sampling;

/** A model's tokens. All methods may be called from any thread while the engine is open. */
public interface Vocabulary {
  /** Number of token ids; ids are 0..size-1. */
  int size();

  /** The bytes of a token as they stand in text; empty for control tokens. */
  byte[] piece(int token);

  /** Whether the token ends a generation. */
  boolean endsGeneration(int token);
}
