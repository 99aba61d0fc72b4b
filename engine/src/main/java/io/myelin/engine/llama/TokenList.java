package io.myelin.engine.llama;

import java.util.Arrays;

/** A growing list of token ids without boxing. */
final class TokenList {
  private int[] values;
  private int size;

  TokenList(int[] initial) {
    this.values = Arrays.copyOf(initial, Math.max(16, initial.length + 64));
    this.size = initial.length;
  }

  int size() {
    return size;
  }

  int get(int index) {
    return values[index];
  }

  void add(int token) {
    if (size == values.length) {
      values = Arrays.copyOf(values, size * 2);
    }
    values[size++] = token;
  }

  void cut(int length) {
    size = Math.min(size, length);
  }

  void copyFrom(TokenList other, int length) {
    if (values.length < length) {
      values = new int[length + 64];
    }
    System.arraycopy(other.values, 0, values, 0, length);
    size = length;
  }

  int[] toArray() {
    return Arrays.copyOf(values, size);
  }

  /** Length of the beginning both have in common. */
  int commonPrefix(TokenList other) {
    int mismatch = Arrays.mismatch(values, 0, size, other.values, 0, other.size);
    return mismatch < 0 ? size : mismatch;
  }
}
