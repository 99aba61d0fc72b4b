package io.myelin.chain.bindings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.myelin.chain.abi.AbiType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a Solidity compiler left of a contract: Foundry's {@code out/Name.sol/Name.json}.
 *
 * @param name of the contract
 * @param creationCode hex digits; empty for an interface and for code that still wants libraries
 */
record Artifact(String name, List<Item> items, Optional<String> creationCode) {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  Artifact {
    items = List.copyOf(items);
  }

  /** A function, constructor, event or error. */
  record Item(String kind, String name, boolean reads, List<Field> inputs, List<Field> outputs) {
    Item {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * A parameter, or a component of a struct.
   *
   * @param struct name of the struct in {@code type}, if there is one
   * @param components of that struct
   */
  record Field(
      String name,
      AbiType type,
      String typeText,
      boolean indexed,
      Optional<String> struct,
      List<Field> components) {
    Field {
      components = List.copyOf(components);
    }
  }

  static Artifact read(Path file) throws IOException {
    JsonNode root = MAPPER.readTree(file.toFile());
    JsonNode abi = root.path("abi");
    if (!abi.isArray()) {
      throw new IOException(file + " has no \"abi\" (expected: an artifact of forge build)");
    }
    String fileName = file.getFileName().toString();
    List<Item> items = new ArrayList<>();
    for (JsonNode node : abi) {
      String mutability = node.path("stateMutability").asText();
      boolean anonymous = node.path("anonymous").asBoolean(false);
      if (!anonymous) {
        items.add(
            new Item(
                node.path("type").asText(),
                node.path("name").asText(),
                mutability.equals("view") || mutability.equals("pure"),
                fields(node.path("inputs"), "arg"),
                fields(node.path("outputs"), "value")));
      }
    }
    String code = root.path("bytecode").path("object").asText("");
    String digits = code.startsWith("0x") ? code.substring(2) : code;
    boolean complete = !digits.isEmpty() && !digits.contains("_");
    return new Artifact(
        fileName.substring(0, fileName.length() - ".json".length()),
        items,
        complete ? Optional.of(digits) : Optional.empty());
  }

  /** Every artifact below a folder. */
  static List<Path> below(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(
          folder + " is no folder (expected: the out folder of a Solidity build)");
    }
    try (var files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .filter(file -> !file.toString().contains("build-info"))
          .sorted()
          .toList();
    }
  }

  private static List<Field> fields(JsonNode nodes, String unnamed) {
    List<Field> fields = new ArrayList<>();
    for (JsonNode node : nodes) {
      List<Field> components = fields(node.path("components"), "field");
      String name = node.path("name").asText("");
      String text = node.path("type").asText();
      String internal = node.path("internalType").asText("");
      Optional<String> struct =
          internal.startsWith("struct ")
              ? Optional.of(
                  internal
                      .substring("struct ".length())
                      .replaceAll("\\[\\d*]", "")
                      .replaceAll(".*\\.", ""))
              : Optional.empty();
      fields.add(
          new Field(
              name.isEmpty() ? unnamed + fields.size() : name,
              AbiType.parse(text, components.stream().map(Field::type).toList()),
              text,
              node.path("indexed").asBoolean(false),
              components.isEmpty() ? Optional.empty() : struct,
              components));
    }
    return fields;
  }
}
