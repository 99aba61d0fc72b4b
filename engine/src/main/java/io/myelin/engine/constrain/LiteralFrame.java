package io.myelin.engine.constrain;

/**
 * Inside one of a few fixed values: those from {@code low} up to {@code high}, exclusive, share
 * what came so far.
 *
 * @param at bytes that came
 */
record LiteralFrame(Node.LiteralNode node, int low, int high, int at) implements Frame {

  static LiteralFrame start(Node.LiteralNode node) {
    return new LiteralFrame(node, 0, node.values.length, 0);
  }

  @Override
  public boolean complete() {
    return node.values[low].length == at;
  }

  @Override
  public int minRemaining(int depth) {
    int shortest = Node.INFINITE;
    for (int i = low; i < high; i++) {
      shortest = Math.min(shortest, node.values[i].length - at);
    }
    return shortest;
  }

  @Override
  public void step(int next, Stack self, Steps out) {
    int from = -1;
    int to = low;
    for (int i = low; i < high; i++) {
      byte[] value = node.values[i];
      if (value.length > at && (value[at] & 0xFF) == next) {
        from = from < 0 ? i : from;
        to = i + 1;
      }
    }
    if (from < 0) {
      return;
    }
    LiteralFrame after = new LiteralFrame(node, from, to, at + 1);
    boolean over = to - from == 1 && after.complete();
    out.add(over ? self.popped() : self.with(after));
  }
}
