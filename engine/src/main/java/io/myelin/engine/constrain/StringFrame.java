package io.myelin.engine.constrain;

/**
 * Inside a string.
 *
 * @param chars characters begun so far
 * @param mode where exactly
 * @param hex hexadecimal digits still to come, in {@link Mode#HEX}
 * @param utf8 inside a character, in {@link Mode#CHARACTER}
 */
record StringFrame(Node.StringNode node, int chars, Mode mode, int hex, Utf8 utf8)
    implements Frame {

  /** Where in a string one can be. */
  enum Mode {
    /** Before the opening quote. */
    OPEN,
    /** Between two characters. */
    TEXT,
    /** After a backslash. */
    ESCAPE,
    /** Inside {@code \\uXXXX}. */
    HEX,
    /** The same after a first digit d: a third of these would be half a surrogate pair. */
    HEX_AFTER_D,
    /** Inside a character of several bytes. */
    CHARACTER
  }

  static StringFrame start(Node.StringNode node) {
    return new StringFrame(node, 0, Mode.OPEN, 0, Utf8.BETWEEN);
  }

  @Override
  public int minRemaining(int depth) {
    int rest = Math.max(0, node.least - chars) + 1;
    return switch (mode) {
      case OPEN -> rest + 1;
      case TEXT -> rest;
      case ESCAPE -> rest + 1;
      case HEX, HEX_AFTER_D -> rest + hex;
      case CHARACTER -> rest + utf8.need();
    };
  }

  @Override
  public void step(int next, Stack self, Steps out) {
    switch (mode) {
      case OPEN -> {
        if (next == '"') {
          out.add(self.with(at(chars, Mode.TEXT)));
        }
      }
      case TEXT -> text(next, self, out);
      case ESCAPE -> {
        if (next == 'u') {
          out.add(self.with(new StringFrame(node, chars, Mode.HEX, 4, Utf8.BETWEEN)));
        } else if ("\"\\/bfnrt".indexOf(next) >= 0) {
          out.add(self.with(at(chars, Mode.TEXT)));
        }
      }
      case HEX, HEX_AFTER_D -> hex(next, self, out);
      case CHARACTER -> {
        Utf8 after = utf8.next(next);
        if (after.need() >= 0) {
          Mode then = after.need() == 0 ? Mode.TEXT : Mode.CHARACTER;
          out.add(self.with(new StringFrame(node, chars, then, 0, after)));
        }
      }
    }
  }

  private void text(int next, Stack self, Steps out) {
    if (next == '"') {
      if (chars >= node.least) {
        out.add(self.popped());
      }
      return;
    }
    if (next < 0x20 || chars >= node.most) {
      return;
    }
    if (next == '\\') {
      out.add(self.with(at(chars + 1, Mode.ESCAPE)));
    } else if (next < 0x80) {
      out.add(self.with(at(chars + 1, Mode.TEXT)));
    } else {
      Utf8 begun = Utf8.begin(next);
      if (begun.need() > 0) {
        out.add(self.with(new StringFrame(node, chars + 1, Mode.CHARACTER, 0, begun)));
      }
    }
  }

  private void hex(int next, Stack self, Steps out) {
    int digit = next < 0x80 ? Character.digit(next, 16) : -1;
    if (digit < 0 || (mode == Mode.HEX_AFTER_D && digit > 7)) {
      return;
    }
    Mode then = hex == 4 && digit == 0xD ? Mode.HEX_AFTER_D : Mode.HEX;
    out.add(
        self.with(
            hex == 1
                ? at(chars, Mode.TEXT)
                : new StringFrame(node, chars, then, hex - 1, Utf8.BETWEEN)));
  }

  private StringFrame at(int count, Mode then) {
    return new StringFrame(node, count, then, 0, Utf8.BETWEEN);
  }
}
