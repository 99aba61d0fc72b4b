package io.myelin.engine.constrain;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one place of a document may hold. Nodes form a graph with cycles; after compilation each
 * knows its canonical completion: the shallowest value, and of those the shortest.
 */
abstract sealed class Node {
  /** Stands for "none"; small enough that sums of a few stay positive. */
  static final int INFINITE = 1 << 28;

  private int minDepth = INFINITE;
  private int minLength = INFINITE;
  private @Nullable List<Node> concrete;

  /** Levels of objects and arrays in the canonical value. */
  int minDepth() {
    return minDepth;
  }

  /** Bytes of the canonical value. */
  int minLength() {
    return minLength;
  }

  /** The alternatives, without unions and references among them. */
  List<Node> concrete() {
    List<Node> known = concrete;
    if (known == null) {
      List<Node> found = new ArrayList<>();
      collect(this, found, Collections.newSetFromMap(new IdentityHashMap<>()));
      known = List.copyOf(found);
      concrete = known;
    }
    return known;
  }

  private static void collect(Node node, List<Node> found, Set<Node> seen) {
    if (!seen.add(node)) {
      return;
    }
    switch (node) {
      case Union union -> union.options.forEach(option -> collect(option, found, seen));
      case Reference reference -> collect(reference.target(), found, seen);
      case ObjectNode o -> found.add(o);
      case ArrayNode a -> found.add(a);
      case StringNode s -> found.add(s);
      case NumberNode n -> found.add(n);
      case LiteralNode l -> found.add(l);
    }
  }

  abstract int depthNow();

  abstract int lengthNow();

  /** Works the canonical completions of a whole graph out, by repetition until nothing changes. */
  static void measure(List<Node> all) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : all) {
        int depth = Math.min(INFINITE, node.depthNow());
        changed |= depth != node.minDepth;
        node.minDepth = depth;
      }
    }
    // Lengths only once depths stand: a union's canonical option is among its shallowest.
    changed = true;
    while (changed) {
      changed = false;
      for (Node node : all) {
        int length = Math.min(INFINITE, node.lengthNow());
        changed |= length != node.minLength;
        node.minLength = length;
      }
    }
  }

  static int sum(int a, int b) {
    return Math.min(INFINITE, a + b);
  }

  /** One of several. */
  static final class Union extends Node {
    final List<Node> options;

    Union(List<Node> options) {
      this.options = List.copyOf(options);
    }

    @Override
    int depthNow() {
      return options.stream().mapToInt(Node::minDepth).min().orElse(INFINITE);
    }

    @Override
    int lengthNow() {
      return options.stream()
          .filter(option -> option.minDepth() == minDepth())
          .mapToInt(Node::minLength)
          .min()
          .orElse(INFINITE);
    }
  }

  /** Another place of the schema; what makes recursion possible. */
  static final class Reference extends Node {
    private @Nullable Node target;

    void bind(Node to) {
      target = to;
    }

    Node target() {
      Node bound = target;
      if (bound == null) {
        throw new IllegalStateException("a reference that was not bound");
      }
      return bound;
    }

    @Override
    int depthNow() {
      return target().minDepth();
    }

    @Override
    int lengthNow() {
      return target().minLength();
    }
  }

  /**
   * A declared property.
   *
   * @param quoted its name as it stands in JSON, quotes included
   * @param name its name
   * @param value what it may hold
   * @param required whether it must be there
   */
  record Property(ByteString quoted, String name, Node value, boolean required) {}

  /** An object: declared properties in their order, then others if there may be any. */
  static final class ObjectNode extends Node {
    final List<Property> properties;
    final @Nullable Node additional;

    ObjectNode(List<Property> properties, @Nullable Node additional) {
      this.properties = List.copyOf(properties);
      this.additional = additional;
    }

    boolean declares(String name) {
      return properties.stream().anyMatch(property -> property.name().equals(name));
    }

    /** Whether a required property stands at or after the index. */
    boolean requiresFrom(int index) {
      for (int i = index; i < properties.size(); i++) {
        if (properties.get(i).required()) {
          return true;
        }
      }
      return false;
    }

    /** Bytes of the required members from the index on, each with a comma before it. */
    int requiredLength(int index) {
      int length = 0;
      for (int i = index; i < properties.size(); i++) {
        if (properties.get(i).required()) {
          length = sum(length, 1 + memberLength(i));
        }
      }
      return length;
    }

    int memberLength(int i) {
      Property property = properties.get(i);
      return sum(property.quoted().size() + 1, property.value().minLength());
    }

    @Override
    int depthNow() {
      int deepest = 0;
      for (Property property : properties) {
        deepest = property.required() ? Math.max(deepest, property.value().minDepth()) : deepest;
      }
      return 1 + deepest;
    }

    @Override
    int lengthNow() {
      int members = requiredLength(0);
      return sum(2, members == 0 ? 0 : members - 1);
    }
  }

  /** An array. */
  static final class ArrayNode extends Node {
    final Node items;
    final int least;
    final int most;

    ArrayNode(Node items, int least, int most) {
      this.items = items;
      this.least = least;
      this.most = most;
    }

    @Override
    int depthNow() {
      return 1 + (least > 0 ? items.minDepth() : 0);
    }

    @Override
    int lengthNow() {
      return least == 0 ? 2 : sum(1, times(least, 1 + items.minLength()));
    }

    static int times(int count, int each) {
      return (int) Math.min(INFINITE, (long) count * each);
    }
  }

  /** A string of so many characters (code points). */
  static final class StringNode extends Node {
    final int least;
    final int most;

    StringNode(int least, int most) {
      this.least = least;
      this.most = most;
    }

    @Override
    int depthNow() {
      return 0;
    }

    @Override
    int lengthNow() {
      return sum(2, least);
    }
  }

  /** A number. */
  static final class NumberNode extends Node {
    final boolean integer;

    NumberNode(boolean integer) {
      this.integer = integer;
    }

    @Override
    int depthNow() {
      return 0;
    }

    @Override
    int lengthNow() {
      return 1;
    }
  }

  /** One of a few fixed values, each in one spelling; sorted, without doubles. */
  static final class LiteralNode extends Node {
    final byte[][] values;

    LiteralNode(byte[][] values) {
      this.values = values;
    }

    @Override
    int depthNow() {
      return 0;
    }

    @Override
    int lengthNow() {
      int shortest = INFINITE;
      for (byte[] value : values) {
        shortest = Math.min(shortest, value.length);
      }
      return shortest;
    }
  }
}
