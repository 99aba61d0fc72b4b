package io.myelin.cli.stake;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.Times;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is known of one thing, for people as lines and for programs as a JSON object. */
final class Facts {
  private final List<String> lines = new ArrayList<>();
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  Facts text(String name, String value) {
    json.put(name, value);
    return line(name, value);
  }

  Facts number(String name, long value) {
    json.put(name, value);
    return line(name, Long.toString(value));
  }

  /** An amount; {@code Wei} follows its name in JSON. */
  Facts amount(String name, BigInteger wei) {
    json.put(name + "Wei", wei.toString());
    return line(name, Amount.show(wei));
  }

  /** A moment, left out when it is 0; {@code Seconds} follows its name in JSON. */
  Facts time(String name, long seconds, long nowSeconds) {
    if (seconds == 0) {
      return this;
    }
    json.put(name + "Seconds", seconds);
    return line(name, Times.at(seconds, nowSeconds));
  }

  private Facts line(String name, String value) {
    lines.add(String.format(Locale.ROOT, "%-14s %s", name, value));
    return this;
  }

  /** One thing. */
  void print(boolean asJson, PrintWriter out) {
    if (asJson) {
      out.println(json.toPrettyString());
    } else {
      lines.forEach(out::println);
    }
    out.flush();
  }

  /** Several, with an empty line between; an array in JSON. */
  static void print(List<Facts> all, String none, boolean asJson, PrintWriter out) {
    if (asJson) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      all.forEach(facts -> array.add(facts.json));
      out.println(array.toPrettyString());
    } else if (all.isEmpty()) {
      out.println(none);
    } else {
      for (int i = 0; i < all.size(); i++) {
        if (i > 0) {
          out.println();
        }
        all.get(i).lines.forEach(out::println);
      }
    }
    out.flush();
  }
}
