package io.myelin.cli.receipt;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way from a receipt up to the root of its session's receipts, as {@code GET
 * /api/v1/tasks/{id}/proof} answers it.
 *
 * @param root that its giver names; worth as much as the giver until the chain says the same
 * @param leaf value of the receipt's leaf: the hash of its attestation
 * @param path siblings from the leaf up; empty when the session has one receipt
 */
public record ReceiptProof(Digest root, Optional<Digest> leaf, List<Digest> path) {
  /** Deeper than any session: 2^64 receipts. */
  private static final int MAX_STEPS = 64;

  /** Copies, and checks the length. */
  public ReceiptProof {
    path = List.copyOf(path);
    if (path.size() > MAX_STEPS) {
      throw new IllegalArgumentException(
          "proof: " + path.size() + " steps (expected: at most " + MAX_STEPS + ")");
    }
  }

  /**
   * Reads a file.
   *
   * @throws CommandException when it is no proof
   */
  static ReceiptProof read(String text) {
    try {
      return of(new ObjectMapper().readTree(text));
    } catch (JsonProcessingException e) {
      throw new CommandException("proof: no JSON: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * From {@code {"root":"…","leaf":"…","proof":["…"]}}.
   *
   * @throws CommandException when it is no such object
   */
  static ReceiptProof of(JsonNode json) {
    if (!json.path("root").isTextual() || !json.path("proof").isArray()) {
      throw new CommandException(
          "proof: expected an object with root, leaf and proof, as GET /api/v1/tasks/ID/proof"
              + " answers");
    }
    List<Digest> path = new ArrayList<>();
    json.path("proof").forEach(step -> path.add(digest("proof", step.asText())));
    try {
      return new ReceiptProof(
          digest("root", json.path("root").asText()),
          json.path("leaf").isTextual()
              ? Optional.of(digest("leaf", json.path("leaf").asText()))
              : Optional.empty(),
          path);
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
  }

  /** 64 hex digits, {@code 0x} before them or not. */
  static Digest digest(String name, String text) {
    try {
      return Digest.parse(text.startsWith("0x") ? text.substring(2) : text);
    } catch (IllegalArgumentException e) {
      throw new CommandException(name + ": " + e.getMessage(), e);
    }
  }

  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("root", root.toString());
    leaf.ifPresent(value -> json.put("leaf", value.toString()));
    ArrayNode steps = json.putArray("proof");
    path.forEach(step -> steps.add(step.toString()));
    return json;
  }
}
