package io.myelin.engine.constrain;

/**
 * Inside a number. Its digits are bounded, so that it ends and fits a double (an integer: 64 bits).
 *
 * @param digits of the part one is in
 */
record NumberFrame(boolean integer, Part part, int digits) implements Frame {
  private static final int MAX_INTEGER_DIGITS = 18;
  private static final int MAX_DIGITS = 15;
  private static final int MAX_EXPONENT_DIGITS = 2;

  /** Parts of a number. */
  enum Part {
    START,
    MINUS,
    ZERO,
    WHOLE,
    POINT,
    FRACTION,
    E,
    SIGN,
    EXPONENT
  }

  static NumberFrame start(Node.NumberNode node) {
    return new NumberFrame(node.integer, Part.START, 0);
  }

  @Override
  public boolean complete() {
    return switch (part) {
      case ZERO, WHOLE, FRACTION, EXPONENT -> true;
      case START, MINUS, POINT, E, SIGN -> false;
    };
  }

  @Override
  public int minRemaining(int depth) {
    return complete() ? 0 : 1;
  }

  @Override
  public void step(int next, Stack self, Steps out) {
    boolean digit = next >= '0' && next <= '9';
    switch (part) {
      case START, MINUS -> {
        if (next == '-' && part == Part.START) {
          become(Part.MINUS, 0, self, out);
        } else if (digit) {
          become(next == '0' ? Part.ZERO : Part.WHOLE, 1, self, out);
        }
      }
      case ZERO -> afterWhole(next, self, out);
      case WHOLE -> {
        if (digit && digits < (integer ? MAX_INTEGER_DIGITS : MAX_DIGITS)) {
          become(Part.WHOLE, digits + 1, self, out);
        } else {
          afterWhole(next, self, out);
        }
      }
      case POINT, FRACTION -> {
        if (digit && digits < MAX_DIGITS) {
          become(Part.FRACTION, digits + 1, self, out);
        } else if (part == Part.FRACTION) {
          exponent(next, self, out);
        }
      }
      case E -> {
        if (next == '+' || next == '-') {
          become(Part.SIGN, 0, self, out);
        } else if (digit) {
          become(Part.EXPONENT, 1, self, out);
        }
      }
      case SIGN, EXPONENT -> {
        if (digit && digits < MAX_EXPONENT_DIGITS) {
          become(Part.EXPONENT, digits + 1, self, out);
        }
      }
    }
  }

  private void afterWhole(int next, Stack self, Steps out) {
    if (!integer && next == '.') {
      become(Part.POINT, 0, self, out);
    } else {
      exponent(next, self, out);
    }
  }

  private void exponent(int next, Stack self, Steps out) {
    if (!integer && (next == 'e' || next == 'E')) {
      become(Part.E, 0, self, out);
    }
  }

  private void become(Part then, int count, Stack self, Steps out) {
    out.add(self.with(new NumberFrame(integer, then, count)));
  }
}
