package io.myelin.engine.sampling;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The same loops with the Vector API, bit for bit. */
final class VectorLogitKernel implements LogitKernel {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() > LANES
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  private static final int WIDTH = SPECIES.length();

  private final float[] lanes = new float[LANES];

  /** Whether the optimising compiler is there to turn vectors into instructions. */
  static boolean fast() {
    String info = System.getProperty("java.vm.info", "");
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        && !info.contains("emulated-client")
        && !info.contains("interpreted");
  }

  @Override
  public float max(float[] values, int length) {
    int bound = SPECIES.loopBound(length);
    FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < bound; i += WIDTH) {
      max = max.max(FloatVector.fromArray(SPECIES, values, i));
    }
    float result = max.reduceLanes(VectorOperators.MAX);
    for (int i = bound; i < length; i++) {
      result = Math.max(result, values[i]);
    }
    return result;
  }

  @Override
  public double sumExp(float[] values, int length, float max) {
    double[] totals = new double[LANES];
    for (int start = 0; start < length; start += BLOCK) {
      int end = Math.min(length, start + BLOCK);
      Arrays.fill(lanes, 0f);
      int bound = start + ((end - start) & -LANES);
      for (int lane = 0; lane < LANES; lane += WIDTH) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int i = start + lane; i < bound; i += LANES) {
          sum = sum.add(exp(FloatVector.fromArray(SPECIES, values, i).sub(max)));
        }
        sum.intoArray(lanes, lane);
      }
      for (int i = bound; i < end; i++) {
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

  private static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(FLOOR);
    FloatVector shifted = clamped.mul(LOG2_E).add(ROUND);
    FloatVector n = shifted.sub(ROUND);
    FloatVector r = clamped.sub(n.mul(LN2_HIGH)).sub(n.mul(LN2_LOW));
    FloatVector p = r.mul(C0).add(C1);
    p = p.mul(r).add(C2);
    p = p.mul(r).add(C3);
    p = p.mul(r).add(C4);
    p = p.mul(r).add(C5);
    p = p.mul(r.mul(r)).add(r).add(1f);
    IntVector scale = shifted.reinterpretAsInts().add(127).lanewise(VectorOperators.LSHL, 23);
    return p.mul(scale.reinterpretAsFloats());
  }

  @Override
  public void top(float[] values, int length, TopTokens top) {
    int bound = SPECIES.loopBound(length);
    float threshold = top.threshold();
    for (int i = 0; i < bound; i += WIDTH) {
      VectorMask<Float> above =
          FloatVector.fromArray(SPECIES, values, i).compare(VectorOperators.GT, threshold);
      if (above.anyTrue()) {
        for (int j = i; j < i + WIDTH; j++) {
          if (values[j] > threshold) {
            top.offer(j, values[j]);
            threshold = top.threshold();
          }
        }
      }
    }
    for (int i = bound; i < length; i++) {
      if (values[i] > threshold) {
        top.offer(i, values[i]);
        threshold = top.threshold();
      }
    }
  }
}
