package io.myelin.engine.sampling;

/** Plain loops: for JVMs without the vector module or without the optimising compiler. */
final class ScalarLogitKernel implements LogitKernel {

  @Override
  public float max(float[] values, int length) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < length; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  @Override
  public double sumExp(float[] values, int length, float max) {
    float[] lanes = new float[LANES];
    double[] totals = new double[LANES];
    for (int start = 0; start < length; start += BLOCK) {
      int end = Math.min(length, start + BLOCK);
      java.util.Arrays.fill(lanes, 0f);
      for (int i = start; i < end; i++) {
        lanes[i & (LANES - 1)] += LogitKernel.exp(values[i] - max);
      }
      for (int lane = 0; lane < LANES; lane++) {
        totals[lane] += lanes[lane];
      }
    }
    double sum = 0;
    for (double total : totals) {
      sum += total;
    }
    return sum;
  }

  @Override
  public void top(float[] values, int length, TopTokens top) {
    float threshold = top.threshold();
    for (int i = 0; i < length; i++) {
      if (values[i] > threshold) {
        top.offer(i, values[i]);
        threshold = top.threshold();
      }
    }
  }
}
