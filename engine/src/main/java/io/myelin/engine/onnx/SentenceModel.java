package io.myelin.engine.onnx;

/**
 * A transformer that gives each token of a text a vector. The same tokens give the same bits; any
 * number of threads at once.
 */
interface SentenceModel extends AutoCloseable {

  /** Length of every vector. */
  int dimensions();

  /**
   * Vectors of all tokens of one text, one after another.
   *
   * @param tokens ids of the text's tokens
   * @param mask 1 for each token that counts, 0 for padding
   */
  float[] hiddenStates(long[] tokens, long[] mask);

  @Override
  void close();
}
