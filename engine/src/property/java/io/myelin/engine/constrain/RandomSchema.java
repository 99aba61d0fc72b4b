package io.myelin.engine.constrain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Random;

/** Makes schemas of the supported kind, recursive ones too, and documents that follow them. */
final class RandomSchema {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] NAMES = {"a", "ab", "abc", "ä\"x", "name", "\\", "z"};

  private final Random random;

  RandomSchema(Random random) {
    this.random = random;
  }

  /** A schema with a recursive definition that its parts may refer to. */
  ObjectNode schema() {
    ObjectNode root = schema(3);
    if (root.has("$ref") || root.has("anyOf")) {
      ObjectNode wrapper = JSON.createObjectNode().put("type", "object");
      wrapper.putObject("properties").set("w", root);
      wrapper.putArray("required").add("w");
      root = wrapper.put("additionalProperties", false);
    }
    ObjectNode tree = root.putObject("$defs").putObject("tree").put("type", "object");
    ObjectNode properties = tree.putObject("properties");
    properties.putObject("v").put("type", "integer");
    properties
        .putObject("next")
        .putArray("anyOf")
        .add(JSON.createObjectNode().put("$ref", "#/$defs/tree"))
        .add(JSON.createObjectNode().put("type", "null"));
    properties
        .putObject("more")
        .put("type", "array")
        .set("items", JSON.createObjectNode().put("$ref", "#/$defs/tree"));
    tree.putArray("required").add("next");
    tree.put("additionalProperties", false);
    return root;
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = JSON.createObjectNode();
    return switch (random.nextInt(depth > 0 ? 11 : 6)) {
      case 0 -> string(schema);
      case 1 -> schema.put("type", "number");
      case 2 -> schema.put("type", "integer");
      case 3 -> schema.put("type", random.nextBoolean() ? "boolean" : "null");
      case 4 -> {
        schema.putArray("enum").add("one").add("on").add(1).add(12).addNull().add("é\n");
        yield schema;
      }
      case 5 -> schema.put("const", NAMES[random.nextInt(NAMES.length)]);
      case 6 -> array(schema, depth);
      case 7 -> schema.put("$ref", "#/$defs/tree");
      case 8 -> {
        ArrayNode options = schema.putArray("anyOf");
        for (int i = 0; i <= random.nextInt(3); i++) {
          options.add(schema(depth - 1));
        }
        yield schema;
      }
      default -> object(schema, depth);
    };
  }

  private ObjectNode string(ObjectNode schema) {
    schema.put("type", "string");
    int least = random.nextInt(4);
    if (random.nextBoolean()) {
      schema.put("minLength", least);
    }
    if (random.nextBoolean()) {
      schema.put("maxLength", least + random.nextInt(4));
    }
    return schema;
  }

  private ObjectNode array(ObjectNode schema, int depth) {
    schema.put("type", "array").set("items", schema(depth - 1));
    int least = random.nextInt(3);
    if (random.nextBoolean()) {
      schema.put("minItems", least);
    }
    if (random.nextBoolean()) {
      schema.put("maxItems", least + random.nextInt(3));
    }
    return schema;
  }

  private ObjectNode object(ObjectNode schema, int depth) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (String name : NAMES) {
      if (random.nextInt(3) == 0) {
        properties.set(name, schema(depth - 1));
        if (random.nextBoolean()) {
          required.add(name);
        }
      }
    }
    switch (random.nextInt(3)) {
      case 0 -> schema.put("additionalProperties", false);
      case 1 -> schema.set("additionalProperties", schema(depth - 1));
      default -> {}
    }
    return schema;
  }

  /** A document of the schema, its properties in the schema's order. */
  JsonNode document(JsonNode root, JsonNode schema, int depth) {
    if (schema.has("$ref")) {
      return document(root, root.at(schema.get("$ref").asText().substring(1)), depth);
    }
    if (schema.has("anyOf")) {
      // The last option of the recursive definition is its end.
      JsonNode options = schema.get("anyOf");
      int choice = depth > 4 ? options.size() - 1 : random.nextInt(options.size());
      return document(root, options.get(choice), depth + 1);
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    return switch (schema.path("type").asText()) {
      case "string" -> JSON.getNodeFactory().textNode(text(schema));
      case "number" -> JSON.getNodeFactory().numberNode(random.nextInt(2000) / 8.0 - 100);
      case "integer" -> JSON.getNodeFactory().numberNode(random.nextInt());
      case "boolean" -> JSON.getNodeFactory().booleanNode(random.nextBoolean());
      case "null" -> JSON.getNodeFactory().nullNode();
      case "array" -> {
        int least = schema.path("minItems").asInt(0);
        int most = Math.min(schema.path("maxItems").asInt(least + 2), least + 2);
        ArrayNode array = JSON.createArrayNode();
        int count = depth > 4 ? least : least + random.nextInt(most - least + 1);
        for (int i = 0; i < count; i++) {
          array.add(document(root, schema.get("items"), depth + 1));
        }
        yield array;
      }
      default -> object(root, schema, depth);
    };
  }

  private JsonNode object(JsonNode root, JsonNode schema, int depth) {
    ObjectNode object = JSON.createObjectNode();
    schema
        .path("properties")
        .properties()
        .forEach(
            entry -> {
              boolean must = false;
              for (JsonNode name : schema.path("required")) {
                must |= name.asText().equals(entry.getKey());
              }
              if (must || (depth < 4 && random.nextBoolean())) {
                object.set(entry.getKey(), document(root, entry.getValue(), depth + 1));
              }
            });
    if (schema.path("additionalProperties").isObject() && depth < 4 && random.nextBoolean()) {
      object.set("öther key", document(root, schema.get("additionalProperties"), depth + 1));
    }
    return object;
  }

  private String text(JsonNode schema) {
    int least = schema.path("minLength").asInt(0);
    int most = Math.min(schema.path("maxLength").asInt(least + 5), least + 5);
    int count = least + random.nextInt(most - least + 1);
    String[] characters = {"a", "\"", "\\", "\n", "é", "€", "🙂", " ", "/", "\u007f", "\u0001"};
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(characters[random.nextInt(characters.length)]);
    }
    return text.toString();
  }
}
