package io.myelin.engine.sampling;

/**
 * The loops over all logits. Every implementation gives the same bits: sums run in sixteen float
 * lanes (token id modulo 16) and blocks of 4,096, the exponential is one fixed polynomial of single
 * additions and multiplications.
 */
interface LogitKernel {
  int LANES = 16;
  int BLOCK = 4096;

  // Below this a term cannot change a float sum that has a term 1.
  float FLOOR = -87f;
  float LOG2_E = 1.442695f;
  // ln 2 in two parts, so that the reduction keeps its bits.
  float LN2_HIGH = 0.6933594f;
  float LN2_LOW = -0.00021219444f;
  // Adding and subtracting it rounds to the nearest integer.
  float ROUND = 12582912f;
  float C0 = 0.00019875691f;
  float C1 = 0.0013981999f;
  float C2 = 0.008333452f;
  float C3 = 0.041665796f;
  float C4 = 0.16666666f;
  float C5 = 0.5f;

  /** Largest of the first {@code length} values. */
  float max(float[] values, int length);

  /** Sum of e^(value - max). */
  double sumExp(float[] values, int length, float max);

  /** Offers the values to {@code top} in rising order of index. */
  void top(float[] values, int length, TopTokens top);

  /** e^x for x in [-87, 0]. */
  static float exp(float x) {
    float clamped = Math.max(x, FLOOR);
    float shifted = clamped * LOG2_E + ROUND;
    float n = shifted - ROUND;
    float r = clamped - n * LN2_HIGH - n * LN2_LOW;
    float p = C0;
    p = p * r + C1;
    p = p * r + C2;
    p = p * r + C3;
    p = p * r + C4;
    p = p * r + C5;
    p = p * (r * r) + r + 1f;
    return p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) + 127) << 23);
  }

  /** The fastest on this JVM. */
  static LogitKernel best() {
    return VectorLogitKernel.fast() ? new VectorLogitKernel() : new ScalarLogitKernel();
  }
}
