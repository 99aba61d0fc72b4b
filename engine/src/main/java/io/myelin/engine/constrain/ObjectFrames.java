package io.myelin.engine.constrain;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.Set;

/**
 * The places of an object around its values. Declared properties come in the schema's order; after
 * the last of them any others that are allowed, under names that were not used before.
 */
final class ObjectFrames {
  /** Most properties that the schema does not declare. */
  static final int MAX_ADDITIONAL = 64;

  private ObjectFrames() {}

  /** Before the brace. */
  record Start(Node.ObjectNode node) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return node.minLength();
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == '{') {
        out.add(self.with(new First(node)));
      }
    }
  }

  /** After the opening brace. */
  record First(Node.ObjectNode node) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return node.minLength() - 1;
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == '}' && !node.requiresFrom(0)) {
        out.add(self.popped());
      } else if (next == '"') {
        keys(node, 0, Set.of(), self, out);
      }
    }
  }

  /**
   * After a value.
   *
   * @param index of the first declared property that may still come
   * @param used names of other properties that came
   */
  record Next(Node.ObjectNode node, int index, Set<ByteString> used) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return Node.sum(1, node.requiredLength(index));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == '}' && !node.requiresFrom(index)) {
        out.add(self.popped());
      } else if (next == ',' && cheapest(node, index, used, self.depth) < Node.INFINITE) {
        out.add(self.with(new Key(node, index, used, true)));
      }
    }
  }

  /**
   * After a comma.
   *
   * @param space whether a space may come first
   */
  record Key(Node.ObjectNode node, int index, Set<ByteString> used, boolean space)
      implements Frame {
    @Override
    public int minRemaining(int depth) {
      return cheapest(node, index, used, depth);
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ' ' && space) {
        out.add(self.with(new Key(node, index, used, false)));
      } else if (next == '"') {
        keys(node, index, used, self, out);
      }
    }
  }

  /** Inside the name of a declared property. */
  record DeclaredKey(Node.ObjectNode node, int property, int at, Set<ByteString> used)
      implements Frame {
    @Override
    public int minRemaining(int depth) {
      return Node.sum(
          node.memberLength(property) - at, new Next(node, property + 1, used).minRemaining(depth));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      ByteString quoted = node.properties.get(property).quoted();
      if ((quoted.byteAt(at) & 0xFF) != next) {
        return;
      }
      boolean over = at + 1 == quoted.size();
      out.add(
          self.with(
              over
                  ? new Colon(node, node.properties.get(property).value(), property + 1, used)
                  : new DeclaredKey(node, property, at + 1, used)));
    }
  }

  /** Inside the name of another property; without escapes, so that equal names look equal. */
  record FreeKey(Node.ObjectNode node, Node value, Set<ByteString> used, ByteString name, Utf8 utf8)
      implements Frame {
    @Override
    public int minRemaining(int depth) {
      int key;
      if (utf8.need() > 0) {
        key = utf8.need() + 2;
      } else if (name.isEmpty()) {
        key = 3;
      } else {
        key = taken() ? 2 : 1;
      }
      int rest = new Next(node, node.properties.size(), used).minRemaining(depth);
      return Node.sum(key + 1, Node.sum(value.minLength(), rest));
    }

    private boolean taken() {
      return used.contains(name) || node.declares(name.toStringUtf8());
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (utf8.need() > 0) {
        extend(next, utf8.next(next), self, out);
      } else if (next == '"') {
        if (!name.isEmpty() && !taken()) {
          Set<ByteString> more = new HashSet<>(used);
          more.add(name);
          out.add(self.with(new Colon(node, value, node.properties.size(), Set.copyOf(more))));
        }
      } else if (next >= 0x20 && next < 0x80 && next != '\\') {
        extend(next, Utf8.BETWEEN, self, out);
      } else if (next >= 0x80) {
        extend(next, Utf8.begin(next), self, out);
      }
    }

    private void extend(int next, Utf8 then, Stack self, Steps out) {
      if (then.need() >= 0) {
        ByteString longer = name.concat(ByteString.copyFrom(new byte[] {(byte) next}));
        out.add(self.with(new FreeKey(node, value, used, longer, then)));
      }
    }
  }

  /** After a name. */
  record Colon(Node.ObjectNode node, Node value, int index, Set<ByteString> used) implements Frame {
    @Override
    public int minRemaining(int depth) {
      return Node.sum(1, new Value(node, value, index, used, false).minRemaining(depth));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ':') {
        out.add(self.with(new Value(node, value, index, used, true)));
      }
    }
  }

  /**
   * After a colon.
   *
   * @param space whether a space may come first
   */
  record Value(Node.ObjectNode node, Node value, int index, Set<ByteString> used, boolean space)
      implements Frame {
    @Override
    public int minRemaining(int depth) {
      return Node.sum(value.minLength(), new Next(node, index, used).minRemaining(depth));
    }

    @Override
    public void step(int next, Stack self, Steps out) {
      if (next == ' ') {
        if (space) {
          out.add(self.with(new Value(node, value, index, used, false)));
        }
      } else {
        out.enter(value, self.with(new Next(node, index, used)), next);
      }
    }
  }

  // After the quote that opens a name: every property that may come now, up to the next required.
  private static void keys(
      Node.ObjectNode node, int index, Set<ByteString> used, Stack self, Steps out) {
    for (int i = index; i < node.properties.size(); i++) {
      Node.Property property = node.properties.get(i);
      if (Steps.fits(property.value(), self.depth)) {
        out.add(self.with(new DeclaredKey(node, i, 1, used)));
      }
      if (property.required()) {
        return;
      }
    }
    Node additional = node.additional;
    if (additional != null && used.size() < MAX_ADDITIONAL && Steps.fits(additional, self.depth)) {
      out.add(self.with(new FreeKey(node, additional, used, ByteString.EMPTY, Utf8.BETWEEN)));
    }
  }

  /** Bytes from a name's place to the brace at best; infinite when no name may come. */
  private static int cheapest(Node.ObjectNode node, int index, Set<ByteString> used, int depth) {
    int best = Node.INFINITE;
    for (int i = index; i < node.properties.size(); i++) {
      Node.Property property = node.properties.get(i);
      if (Steps.fits(property.value(), depth)) {
        int rest = new Next(node, i + 1, used).minRemaining(depth);
        best = Math.min(best, Node.sum(node.memberLength(i), rest));
      }
      if (property.required()) {
        return best;
      }
    }
    Node additional = node.additional;
    if (additional != null && used.size() < MAX_ADDITIONAL && Steps.fits(additional, depth)) {
      // A quote, up to two characters to be unlike the others, a quote and a colon.
      best = Math.min(best, Node.sum(5 + 1, additional.minLength()));
    }
    return best;
  }
}
