package io.myelin.chain.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.BlockRef;
import io.myelin.chain.Bytes;
import io.myelin.chain.EventLog;
import io.myelin.chain.event.DeliveredBlock;
import io.myelin.chain.transaction.Inclusion;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values that are stored whole, as JSON. */
final class StoredJson {
  private static final ObjectMapper MAPPER = JsonMapper.builder().build();

  private StoredJson() {}

  static String write(TransactionOutcome outcome) {
    ObjectNode node = MAPPER.createObjectNode();
    switch (outcome) {
      case TransactionOutcome.Succeeded(Inclusion inclusion) -> {
        node.put("kind", "succeeded");
        put(node, inclusion);
      }
      case TransactionOutcome.Reverted(Inclusion inclusion, Bytes data) -> {
        node.put("kind", "reverted").put("data", data.hex());
        put(node, inclusion);
      }
      case TransactionOutcome.Rejected(Bytes data, String message) ->
          node.put("kind", "rejected").put("data", data.hex()).put("message", message);
      case TransactionOutcome.Displaced(long nonce, String message) ->
          node.put("kind", "displaced").put("nonce", nonce).put("message", message);
    }
    return node.toString();
  }

  private static void put(ObjectNode node, Inclusion inclusion) {
    node.put("transaction", inclusion.transaction().hex())
        .put("block", inclusion.block().number())
        .put("blockHash", inclusion.block().hash().hex())
        .put("gasUsed", inclusion.gasUsed())
        .put("gasPriceWei", inclusion.gasPriceWei().toString());
    inclusion.created().ifPresent(created -> node.put("created", created.toString()));
  }

  static TransactionOutcome outcome(String text) {
    JsonNode node = read(text);
    String kind = node.path("kind").asText();
    return switch (kind) {
      case "succeeded" -> new TransactionOutcome.Succeeded(inclusion(node, true));
      case "reverted" ->
          new TransactionOutcome.Reverted(
              inclusion(node, false), Bytes.parse(node.path("data").asText()));
      case "rejected" ->
          new TransactionOutcome.Rejected(
              Bytes.parse(node.path("data").asText()), node.path("message").asText());
      case "displaced" ->
          new TransactionOutcome.Displaced(
              node.path("nonce").asLong(), node.path("message").asText());
      default -> throw new ChainStoreException("an outcome of kind \"" + kind + "\" is stored");
    };
  }

  private static Inclusion inclusion(JsonNode node, boolean succeeded) {
    JsonNode created = node.path("created");
    return new Inclusion(
        Digest.parse(node.path("transaction").asText()),
        new BlockRef(node.path("block").asLong(), Digest.parse(node.path("blockHash").asText())),
        succeeded,
        node.path("gasUsed").asLong(),
        new BigInteger(node.path("gasPriceWei").asText()),
        created.isTextual() ? Optional.of(Address.parse(created.asText())) : Optional.empty());
  }

  static String write(List<DeliveredBlock> blocks) {
    ArrayNode array = MAPPER.createArrayNode();
    for (DeliveredBlock block : blocks) {
      ObjectNode node = array.addObject();
      node.put("n", block.block().number()).put("hash", block.block().hash().hex());
      if (!block.logs().isEmpty()) {
        ArrayNode logs = node.putArray("logs");
        block.logs().forEach(log -> put(logs.addObject(), log));
      }
    }
    return array.toString();
  }

  private static void put(ObjectNode node, EventLog log) {
    node.put("contract", log.contract().toString());
    ArrayNode topics = node.putArray("topics");
    log.topics().forEach(topic -> topics.add(topic.hex()));
    node.put("data", log.data().hex())
        .put("transaction", log.transaction().hex())
        .put("index", log.index());
  }

  static List<DeliveredBlock> blocks(String text) {
    List<DeliveredBlock> blocks = new ArrayList<>();
    for (JsonNode node : read(text)) {
      BlockRef block =
          new BlockRef(node.path("n").asLong(), Digest.parse(node.path("hash").asText()));
      List<EventLog> logs = new ArrayList<>();
      node.path("logs").forEach(log -> logs.add(log(log, block)));
      blocks.add(new DeliveredBlock(block, logs));
    }
    return blocks;
  }

  private static EventLog log(JsonNode node, BlockRef block) {
    List<Digest> topics = new ArrayList<>();
    node.path("topics").forEach(topic -> topics.add(Digest.parse(topic.asText())));
    return new EventLog(
        Address.parse(node.path("contract").asText()),
        topics,
        Bytes.parse(node.path("data").asText()),
        block,
        Digest.parse(node.path("transaction").asText()),
        node.path("index").asInt());
  }

  private static JsonNode read(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new ChainStoreException("the chain journal holds damaged JSON", e);
    }
  }
}
