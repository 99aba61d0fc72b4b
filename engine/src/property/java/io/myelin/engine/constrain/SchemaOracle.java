package io.myelin.engine.constrain;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Says whether a document is valid, straight from the schema's words: knows nothing of automata.
 */
final class SchemaOracle {
  private final JsonNode root;

  SchemaOracle(JsonNode root) {
    this.root = root;
  }

  boolean valid(JsonNode value) {
    return valid(root, value);
  }

  private boolean valid(JsonNode schema, JsonNode value) {
    if (schema.isBoolean()) {
      return schema.asBoolean();
    }
    if (schema.has("$ref")) {
      return valid(root.at(schema.get("$ref").asText().substring(1)), value);
    }
    if (schema.has("anyOf")) {
      for (JsonNode option : schema.get("anyOf")) {
        if (valid(option, value)) {
          return true;
        }
      }
      return false;
    }
    return typeHolds(schema, value)
        && enumHolds(schema, value)
        && (!value.isObject() || objectHolds(schema, value))
        && (!value.isArray() || arrayHolds(schema, value))
        && (!value.isTextual() || stringHolds(schema, value));
  }

  private static boolean typeHolds(JsonNode schema, JsonNode value) {
    JsonNode type = schema.path("type");
    if (type.isTextual()) {
      return is(type.asText(), value);
    }
    boolean any = type.isMissingNode();
    for (JsonNode one : type) {
      any |= is(one.asText(), value);
    }
    return any;
  }

  private static boolean is(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> throw new IllegalArgumentException(type);
    };
  }

  private static boolean enumHolds(JsonNode schema, JsonNode value) {
    if (schema.has("const") && !schema.get("const").equals(value)) {
      return false;
    }
    boolean any = !schema.has("enum");
    for (JsonNode one : schema.path("enum")) {
      any |= one.equals(value);
    }
    return any;
  }

  private boolean objectHolds(JsonNode schema, JsonNode value) {
    for (JsonNode name : schema.path("required")) {
      if (!value.has(name.asText())) {
        return false;
      }
    }
    JsonNode properties = schema.path("properties");
    JsonNode others = schema.path("additionalProperties");
    return value.properties().stream()
        .allMatch(
            entry -> {
              JsonNode declared = properties.get(entry.getKey());
              JsonNode holds = declared != null ? declared : others;
              return holds.isMissingNode() || valid(holds, entry.getValue());
            });
  }

  private boolean arrayHolds(JsonNode schema, JsonNode value) {
    if (value.size() < schema.path("minItems").asInt(0)
        || value.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
      return false;
    }
    for (JsonNode item : value) {
      if (schema.has("items") && !valid(schema.get("items"), item)) {
        return false;
      }
    }
    return true;
  }

  private static boolean stringHolds(JsonNode schema, JsonNode value) {
    String text = value.asText();
    int characters = text.codePointCount(0, text.length());
    return characters >= schema.path("minLength").asInt(0)
        && characters <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
  }
}
