package io.myelin.engine.sampling;

import java.util.Arrays;

/**
 * The k largest logits seen, by value, equal values by lower id. Tokens must be offered in rising
 * order of id. A logit of minus infinity never enters: such a token cannot come.
 */
final class TopTokens {
  // A heap with the least wanted entry at its root.
  private float[] values = new float[0];
  private int[] ids = new int[0];
  private int capacity;
  private int size;

  /** Empties it and sets k. */
  void reset(int k) {
    if (values.length < k) {
      values = new float[k];
      ids = new int[k];
    }
    capacity = k;
    size = 0;
  }

  /** A logit must be above this to enter. */
  float threshold() {
    return size < capacity ? Float.NEGATIVE_INFINITY : values[0];
  }

  int size() {
    return size;
  }

  void offer(int id, float value) {
    if (size < capacity) {
      int i = size++;
      while (i > 0 && worse(value, id, (i - 1) >>> 1)) {
        int parent = (i - 1) >>> 1;
        values[i] = values[parent];
        ids[i] = ids[parent];
        i = parent;
      }
      values[i] = value;
      ids[i] = id;
    } else if (value > values[0]) {
      sink(id, value, size);
    }
  }

  private boolean worse(float value, int id, int at) {
    return value < values[at] || (value == values[at] && id > ids[at]);
  }

  private void sink(int id, float value, int length) {
    int i = 0;
    while (true) {
      int child = 2 * i + 1;
      if (child >= length) {
        break;
      }
      if (child + 1 < length && worse(values[child + 1], ids[child + 1], child)) {
        child++;
      }
      if (worse(value, id, child)) {
        break;
      }
      values[i] = values[child];
      ids[i] = ids[child];
      i = child;
    }
    values[i] = value;
    ids[i] = id;
  }

  /** The ids, largest logit first; empties the collection. */
  int[] drain() {
    int[] sorted = new int[size];
    for (int length = size; length > 0; length--) {
      sorted[length - 1] = ids[0];
      float lastValue = values[length - 1];
      int lastId = ids[length - 1];
      sink(lastId, lastValue, length - 1);
    }
    size = 0;
    return sorted;
  }

  @Override
  public String toString() {
    return Arrays.toString(Arrays.copyOf(ids, size));
  }
}
