package io.myelin.engine.constrain;

/** The places of an array between its items. */
final class ArrayFrames {
  private ArrayFrames() {}

  /** Before the bracket. */
  record Start(Node.ArrayNode node) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return node.minLength();
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == '[') {
        out.add(self.with(new First(node)));
      }
    }
  }

  /** After the opening bracket. */
  record First(Node.ArrayNode node) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return node.minLength() - 1;
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ']' && node.least == 0) {
        out.add(self.popped());
      } else if (node.most > 0 && Steps.fits(node.items, self.depth)) {
        out.enter(node.items, self.with(new Next(node, 1)), next);
      }
    }
  }

  /**
   * After an item.
   *
   * @param count items so far
   */
  record Next(Node.ArrayNode node, int count) implements Frame {
    @Override
    public int minRemaining(int depth) {
      int missing = Math.max(0, node.least - count);
      return Node.sum(1, Node.ArrayNode.times(missing, 1 + node.items.minLength()));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ']' && count >= node.least) {
        out.add(self.popped());
      } else if (next == ',' && count < node.most && Steps.fits(node.items, self.depth)) {
        out.add(self.with(new Item(node, count, true)));
      }
    }
  }

  /**
   * After a comma.
   *
   * @param space whether a space may come first
   */
  record Item(Node.ArrayNode node, int count, boolean space) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return Node.sum(node.items.minLength(), new Next(node, count + 1).minRemaining(depth));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ' ') {
        if (space) {
          out.add(self.with(new Item(node, count, false)));
        }
      } else {
        out.enter(node.items, self.with(new Next(node, count + 1)), next);
      }
    }
  }
}
