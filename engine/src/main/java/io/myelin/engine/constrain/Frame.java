package io.myelin.engine.constrain;

/** One open place of a document, and what may come next there. */
sealed interface Frame
    permits Frame.Done,
        StringFrame,
        NumberFrame,
        LiteralFrame,
        ObjectFrames.Start,
        ObjectFrames.First,
        ObjectFrames.Next,
        ObjectFrames.Key,
        ObjectFrames.DeclaredKey,
        ObjectFrames.FreeKey,
        ObjectFrames.Colon,
        ObjectFrames.Value,
        ArrayFrames.Start,
        ArrayFrames.First,
        ArrayFrames.Next,
        ArrayFrames.Item {

  /** Whether the place may be left as it is. */
  default boolean complete() {
    return false;
  }

  /** Bytes of the canonical way out of this place. */
  int minRemaining(int depth);

  /**
   * Takes one byte.
   *
   * @param next the byte, 0..255
   * @param self the stack this frame is the top of
   * @param out takes every stack that can follow; none when the byte is not allowed
   */
  void step(int next, Stack self, Steps out);

  /** Nothing may follow. */
  record Done() implements Frame {
    @Override
    public boolean complete() {
      return true;
    }

    @Override
    public int minRemaining(int depth) {
      return 0;
    }

    @Override
    public void step(int next, Stack self, Steps out) {}
  }
}
