package io.myelin.engine.onnx;

import java.util.Arrays;

/**
 * One vector out of those of the tokens, as sentence-transformers makes it: their mean without
 * padding, then scaled to length 1. Sums are in double and in order, so the bits do not vary.
 */
final class Pooling {
  // What sentence-transformers divides by at least.
  private static final double LEAST_COUNT = 1e-9;
  private static final double LEAST_NORM = 1e-12;

  private Pooling() {}

  /**
   * Mean of the vectors whose mask is 1.
   *
   * @param hidden vectors of all tokens, one after another
   */
  static double[] mean(float[] hidden, long[] mask, int dimensions) {
    if (hidden.length != mask.length * dimensions) {
      throw new IllegalArgumentException(
          "hidden: %d numbers (expected: %d tokens of %d)"
              .formatted(hidden.length, mask.length, dimensions));
    }
    double[] mean = new double[dimensions];
    double count = 0;
    for (int token = 0; token < mask.length; token++) {
      if (mask[token] != 0) {
        count++;
        for (int i = 0; i < dimensions; i++) {
          mean[i] += hidden[token * dimensions + i];
        }
      }
    }
    double divisor = Math.max(count, LEAST_COUNT);
    Arrays.setAll(mean, i -> mean[i] / divisor);
    return mean;
  }

  /** The same direction with length 1. */
  static float[] normalised(double[] vector) {
    double squares = 0;
    for (double value : vector) {
      squares += value * value;
    }
    double norm = Math.max(Math.sqrt(squares), LEAST_NORM);
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / norm);
    }
    return unit;
  }
}
