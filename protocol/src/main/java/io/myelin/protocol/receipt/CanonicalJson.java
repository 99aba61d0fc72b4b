package io.myelin.protocol.receipt;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;

/**
 * RFC 8785 for the JSON that receipts use: objects with ASCII keys, arrays, strings, integers that
 * fit a long, booleans.
 */
final class CanonicalJson {
  private final StringBuilder out = new StringBuilder(2048);

  private CanonicalJson() {}

  static String write(JsonNode node) {
    CanonicalJson json = new CanonicalJson();
    json.value(node);
    return json.out.toString();
  }

  private void value(JsonNode node) {
    switch (node.getNodeType()) {
      case OBJECT -> object(node);
      case ARRAY -> array(node);
      case STRING -> string(node.textValue());
      case BOOLEAN -> out.append(node.booleanValue());
      case NUMBER -> number(node);
      case NULL, MISSING, BINARY, POJO ->
          throw new IllegalArgumentException("JSON: " + node.getNodeType() + " has no place here");
    }
  }

  private void number(JsonNode node) {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw new IllegalArgumentException("JSON: " + node + " (expected: an integer of 64 bits)");
    }
    out.append(node.longValue());
  }

  private void object(JsonNode node) {
    Map<String, JsonNode> sorted = new TreeMap<>();
    node.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    out.append('{');
    String separator = "";
    for (Map.Entry<String, JsonNode> entry : sorted.entrySet()) {
      out.append(separator);
      string(entry.getKey());
      out.append(':');
      value(entry.getValue());
      separator = ",";
    }
    out.append('}');
  }

  private void array(JsonNode node) {
    out.append('[');
    String separator = "";
    for (JsonNode element : node) {
      out.append(separator);
      value(element);
      separator = ",";
    }
    out.append(']');
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        throw new IllegalArgumentException("JSON: control character in \"" + text + "\"");
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
