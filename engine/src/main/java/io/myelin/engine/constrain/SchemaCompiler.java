package io.myelin.engine.constrain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes nodes of a JSON Schema. Every keyword is either held exactly or refused by name and place;
 * only annotations are passed over.
 */
final class SchemaCompiler {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_NODES = 5000;
  private static final int MAX_NESTING = 64;
  private static final int MAX_LITERALS = 2000;

  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "examples",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$schema",
          "$id",
          "$comment",
          "$defs",
          "definitions");
  private static final Set<String> OBJECT_KEYWORDS =
      Set.of("properties", "required", "additionalProperties");
  private static final Set<String> ARRAY_KEYWORDS = Set.of("items", "minItems", "maxItems");
  private static final Set<String> STRING_KEYWORDS = Set.of("minLength", "maxLength");
  private static final List<String> TYPES =
      List.of("object", "array", "string", "number", "integer", "boolean", "null");

  /** A schema with those around it, innermost first, for references. */
  private record Scope(JsonNode schema, @Nullable Scope outer, int nesting) {}

  private final List<Node> all = new ArrayList<>();
  // By identity: equal parts of a schema may stand in different scopes.
  private final IdentityHashMap<JsonNode, Node.Reference> references = new IdentityHashMap<>();
  private @Nullable Node any;

  private SchemaCompiler() {}

  /**
   * Compiles the schema's text.
   *
   * @throws EngineException BAD_REQUEST naming keyword and place when it cannot be held
   */
  static Node compile(String schema) {
    JsonNode json;
    try {
      json = JSON.readTree(schema);
    } catch (JsonProcessingException e) {
      throw bad("", "no JSON (" + e.getOriginalMessage() + ")");
    }
    SchemaCompiler compiler = new SchemaCompiler();
    Node root = compiler.node(json, "", new Scope(json, null, 0));
    return compiler.finish(root, "");
  }

  /** Any JSON object. */
  static Node anyObject() {
    SchemaCompiler compiler = new SchemaCompiler();
    return compiler.finish(compiler.keep(new Node.ObjectNode(List.of(), compiler.any())), "");
  }

  private Node finish(Node root, String path) {
    Node.measure(all);
    if (root.minDepth() > Stack.MAX_DEPTH || root.minLength() > JsonAutomaton.MAX_BYTES / 2) {
      throw bad(
          path,
          "no value of it ends within "
              + Stack.MAX_DEPTH
              + " levels and "
              + JsonAutomaton.MAX_BYTES / 2
              + " bytes");
    }
    return root;
  }

  private Node keep(Node node) {
    if (all.size() >= MAX_NODES) {
      throw bad("", "over " + MAX_NODES + " parts");
    }
    all.add(node);
    return node;
  }

  private Node any() {
    Node known = any;
    if (known != null) {
      return known;
    }
    Node.Reference self = new Node.Reference();
    keep(self);
    Node union =
        keep(
            new Node.Union(
                List.of(
                    keep(new Node.ObjectNode(List.of(), self)),
                    keep(new Node.ArrayNode(self, 0, Integer.MAX_VALUE)),
                    string(0, Integer.MAX_VALUE),
                    keep(new Node.NumberNode(false)),
                    literals(List.of("true", "false", "null")))));
    self.bind(union);
    any = union;
    return union;
  }

  private Node string(int least, int most) {
    return keep(new Node.StringNode(least, most));
  }

  private Node literals(List<String> values) {
    TreeSet<byte[]> sorted = new TreeSet<>(Arrays::compareUnsigned);
    values.forEach(value -> sorted.add(value.getBytes(StandardCharsets.UTF_8)));
    return keep(new Node.LiteralNode(sorted.toArray(byte[][]::new)));
  }

  private Node node(JsonNode schema, String path, Scope scope) {
    if (schema.isBoolean() && schema.asBoolean()) {
      return any();
    }
    if (!(schema instanceof ObjectNode object)) {
      throw bad(path, schema + " (expected: an object or true)");
    }
    if (scope.nesting() > MAX_NESTING) {
      throw bad(path, "nested deeper than " + MAX_NESTING + " levels");
    }
    Set<String> keywords = new LinkedHashSet<>();
    object.fieldNames().forEachRemaining(keywords::add);
    keywords.removeAll(ANNOTATIONS);
    for (String keyword : keywords) {
      if (!known(keyword)) {
        throw bad(path + "/" + keyword, "unsupported keyword \"" + keyword + "\"");
      }
    }
    if (keywords.contains("$ref")) {
      alone(keywords, "$ref", path);
      return reference(object.get("$ref"), path + "/$ref", scope);
    }
    for (String keyword : List.of("anyOf", "allOf")) {
      if (keywords.contains(keyword)) {
        alone(keywords, keyword, path);
        return union(object.get(keyword), keyword, path + "/" + keyword, scope);
      }
    }
    Set<String> types = types(object, keywords, path);
    if (keywords.contains("enum") || keywords.contains("const")) {
      return fixed(object, types, keywords, path);
    }
    if (types.isEmpty()) {
      return any();
    }
    List<Node> options = new ArrayList<>();
    for (String type : types) {
      options.add(ofType(type, object, path, scope));
    }
    return options.size() == 1 ? options.getFirst() : keep(new Node.Union(options));
  }

  private static boolean known(String keyword) {
    return OBJECT_KEYWORDS.contains(keyword)
        || ARRAY_KEYWORDS.contains(keyword)
        || STRING_KEYWORDS.contains(keyword)
        || Set.of("type", "enum", "const", "anyOf", "allOf", "$ref").contains(keyword);
  }

  private static void alone(Set<String> keywords, String keyword, String path) {
    for (String other : keywords) {
      if (!other.equals(keyword)) {
        throw bad(
            path + "/" + other,
            "\"" + other + "\" beside \"" + keyword + "\" (expected: nothing beside it)");
      }
    }
  }

  private Node union(JsonNode options, String keyword, String path, Scope scope) {
    if (!(options instanceof ArrayNode list) || list.isEmpty()) {
      throw bad(path, "\"" + keyword + "\" (expected: a list that is not empty)");
    }
    if (keyword.equals("allOf") && list.size() != 1) {
      throw bad(path, "\"allOf\" of " + list.size() + " schemas (expected: one)");
    }
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      nodes.add(inside(list.get(i), path + "/" + i, scope));
    }
    return nodes.size() == 1 ? nodes.getFirst() : keep(new Node.Union(nodes));
  }

  private Node inside(JsonNode schema, String path, Scope scope) {
    return node(schema, path, new Scope(schema, scope, scope.nesting() + 1));
  }

  private Node reference(JsonNode value, String path, Scope scope) {
    String pointer = value.asText();
    if (!value.isTextual() || !pointer.startsWith("#") || !pointer.matches("#(/.*)?")) {
      throw bad(path, value + " (expected: a reference within the schema, like \"#/$defs/name\")");
    }
    String inner;
    try {
      inner = URLDecoder.decode(pointer.substring(1).replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw bad(path, value + " (expected: a JSON pointer)");
    }
    // A tool's parameters stand inside a larger schema, and their references begin at themselves.
    for (Scope at = scope; at != null; at = at.outer()) {
      JsonNode target = at.schema().at(inner);
      boolean rooted =
          at.outer() == null || at.schema().has("$defs") || at.schema().has("definitions");
      if (rooted && !target.isMissingNode()) {
        return bound(target, at, path);
      }
    }
    throw bad(path, "\"" + pointer + "\" leads nowhere");
  }

  private Node bound(JsonNode target, Scope scope, String path) {
    Node.Reference known = references.get(target);
    if (known != null) {
      return known;
    }
    Node.Reference fresh = new Node.Reference();
    keep(fresh);
    references.put(target, fresh);
    fresh.bind(node(target, path, new Scope(target, scope, scope.nesting() + 1)));
    return fresh;
  }

  private static Set<String> types(ObjectNode schema, Set<String> keywords, String path) {
    Set<String> types = new LinkedHashSet<>();
    JsonNode given = schema.get("type");
    if (given != null) {
      Iterable<JsonNode> names = given instanceof ArrayNode list ? list : List.of(given);
      for (JsonNode name : names) {
        if (!name.isTextual() || !TYPES.contains(name.asText())) {
          throw bad(path + "/type", name + " (expected: one of " + TYPES + ")");
        }
        types.add(name.asText());
      }
      if (types.isEmpty()) {
        throw bad(path + "/type", "an empty list (expected: at least one type)");
      }
      return types;
    }
    // Without a type, what the keywords speak of is a value that satisfies them.
    if (keywords.stream().anyMatch(OBJECT_KEYWORDS::contains)) {
      types.add("object");
    }
    if (keywords.stream().anyMatch(ARRAY_KEYWORDS::contains)) {
      types.add("array");
    }
    if (keywords.stream().anyMatch(STRING_KEYWORDS::contains)) {
      types.add("string");
    }
    return types;
  }

  private Node fixed(ObjectNode schema, Set<String> types, Set<String> keywords, String path) {
    for (String keyword : keywords) {
      if (!Set.of("type", "enum", "const").contains(keyword)) {
        throw bad(path + "/" + keyword, "\"" + keyword + "\" beside \"enum\" or \"const\"");
      }
    }
    List<JsonNode> values = new ArrayList<>();
    JsonNode list = schema.get("enum");
    JsonNode one = schema.get("const");
    if (list != null && !(list instanceof ArrayNode)) {
      throw bad(path + "/enum", list + " (expected: a list)");
    }
    if (list != null) {
      list.forEach(values::add);
    } else if (one != null) {
      values.add(one);
    }
    if (list != null && one != null) {
      values.removeIf(value -> !value.equals(one));
    }
    if (schema.has("type")) {
      values.removeIf(value -> types.stream().noneMatch(type -> isOf(value, type)));
    }
    if (values.isEmpty() || values.size() > MAX_LITERALS) {
      throw bad(path, values.size() + " values of the type (expected: 1.." + MAX_LITERALS + ")");
    }
    return literals(values.stream().map(JsonNode::toString).toList());
  }

  private static boolean isOf(JsonNode value, String type) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      default -> value.isNull();
    };
  }

  private Node ofType(String type, ObjectNode schema, String path, Scope scope) {
    return switch (type) {
      case "object" -> object(schema, path, scope);
      case "array" -> array(schema, path, scope);
      case "string" -> {
        int least = bound(schema, "minLength", 0, path);
        int most = bound(schema, "maxLength", Integer.MAX_VALUE, path);
        yield string(least, ordered(least, most, "minLength", path));
      }
      case "number" -> keep(new Node.NumberNode(false));
      case "integer" -> keep(new Node.NumberNode(true));
      case "boolean" -> literals(List.of("true", "false"));
      default -> literals(List.of("null"));
    };
  }

  private Node object(ObjectNode schema, String path, Scope scope) {
    JsonNode declared = schema.path("properties");
    if (!declared.isMissingNode() && !declared.isObject()) {
      throw bad(path + "/properties", declared + " (expected: an object)");
    }
    JsonNode others = schema.path("additionalProperties");
    boolean closed = others.isBoolean() && !others.asBoolean();
    Map<String, Node> values = new LinkedHashMap<>();
    declared
        .properties()
        .forEach(
            entry ->
                values.put(
                    entry.getKey(),
                    inside(entry.getValue(), path + "/properties/" + entry.getKey(), scope)));
    // Where properties are declared and nothing is said of others, none are written: still valid.
    boolean free = !closed && (!others.isMissingNode() || values.isEmpty());
    Node additional = null;
    if (free) {
      additional =
          others.isMissingNode() ? any() : inside(others, path + "/additionalProperties", scope);
    }
    Set<String> required = new LinkedHashSet<>();
    JsonNode names = schema.path("required");
    for (JsonNode name : names) {
      if (!name.isTextual()) {
        throw bad(path + "/required", name + " (expected: names)");
      }
      required.add(name.asText());
    }
    if (!names.isMissingNode() && !names.isArray()) {
      throw bad(path + "/required", names + " (expected: a list of names)");
    }
    for (String name : required) {
      if (!values.containsKey(name)) {
        if (closed) {
          throw bad(path + "/required", "\"" + name + "\" is not among the properties");
        }
        values.put(name, additional != null ? additional : any());
      }
    }
    List<Node.Property> properties = new ArrayList<>();
    values.forEach(
        (name, value) ->
            properties.add(
                new Node.Property(
                    ByteString.copyFromUtf8(JSON.getNodeFactory().textNode(name).toString()),
                    name,
                    value,
                    required.contains(name))));
    return keep(new Node.ObjectNode(properties, additional));
  }

  private Node array(ObjectNode schema, String path, Scope scope) {
    JsonNode items = schema.get("items");
    int least = bound(schema, "minItems", 0, path);
    int most = bound(schema, "maxItems", Integer.MAX_VALUE, path);
    Node item = items == null ? any() : inside(items, path + "/items", scope);
    return keep(new Node.ArrayNode(item, least, ordered(least, most, "minItems", path)));
  }

  private static int bound(ObjectNode schema, String keyword, int otherwise, String path) {
    JsonNode value = schema.get(keyword);
    if (value == null) {
      return otherwise;
    }
    if (!value.isNumber()
        || value.asDouble() < 0
        || value.asDouble() != Math.rint(value.asDouble())) {
      throw bad(path + "/" + keyword, value + " (expected: a whole number >= 0)");
    }
    return (int) Math.min(Integer.MAX_VALUE, value.asDouble());
  }

  private static int ordered(int least, int most, String keyword, String path) {
    if (least > most) {
      throw bad(path + "/" + keyword, least + " (expected: at most " + most + ")");
    }
    return most;
  }

  private static EngineException bad(String path, String what) {
    String where =
        path.isEmpty() ? "" : " at " + (path.length() > 300 ? path.substring(0, 300) : path);
    return new EngineException(
        EngineException.Kind.BAD_REQUEST, "json schema" + where + ": " + what);
  }
}
