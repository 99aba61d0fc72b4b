package io.myelin.chain.rpc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;

/** JSON-RPC 2.0 messages. */
final class Frames {
  /** Longest answer that is read, in bytes. */
  static final int MAX_ANSWER = 64 << 20;

  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private Frames() {}

  static ArrayNode parameters(Object... values) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode(values.length);
    for (Object value : values) {
      switch (value) {
        case JsonNode node -> array.add(node);
        case Boolean flag -> array.add(flag.booleanValue());
        default -> array.add(value.toString());
      }
    }
    return array;
  }

  static String request(long id, String method, ArrayNode parameters) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("jsonrpc", "2.0")
        .put("id", id)
        .put("method", method)
        .<com.fasterxml.jackson.databind.node.ObjectNode>set("params", parameters)
        .toString();
  }

  static JsonNode parse(String text) throws FaultException {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new FaultException("its answer is no JSON: " + e.getOriginalMessage(), e);
    }
    if (node instanceof MissingNode || !node.isObject()) {
      throw new FaultException("its answer is no JSON object");
    }
    return node;
  }

  /** The result in a response to a request. */
  static JsonNode result(JsonNode response, long id) throws FaultException, RefusalException {
    JsonNode error = response.path("error");
    if (error.isObject()) {
      throw RefusalException.of(error);
    }
    if (response.path("id").asLong(Long.MIN_VALUE) != id) {
      throw new FaultException(
          "it answered request " + response.path("id") + " (expected: " + id + ")");
    }
    JsonNode result = response.get("result");
    if (result == null) {
      throw new FaultException("its answer has neither result nor error");
    }
    return result.isNull() ? NullNode.instance : result;
  }
}
