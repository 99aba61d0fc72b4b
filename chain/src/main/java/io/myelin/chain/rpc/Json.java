package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.BlockHeader;
import io.myelin.chain.BlockRef;
import io.myelin.chain.Bytes;
import io.myelin.chain.Call;
import io.myelin.chain.EventLog;
import io.myelin.chain.FeeMarket;
import io.myelin.chain.LogFilter;
import io.myelin.chain.TransactionReceipt;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Ethereum's JSON to our values and back; anything unexpected is an IllegalArgumentException. */
final class Json {
  private static final int MAX_QUANTITY_DIGITS = 64;

  private Json() {}

  static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }

  static String hex(Digest hash) {
    return "0x" + hash.hex();
  }

  static BigInteger wei(JsonNode node) {
    String text = text(node);
    if (!text.startsWith("0x") || text.length() < 3 || text.length() > 2 + MAX_QUANTITY_DIGITS) {
      throw new IllegalArgumentException("\"" + text + "\" is no quantity");
    }
    BigInteger number = new BigInteger(text.substring(2), 16);
    if (number.signum() < 0) {
      throw new IllegalArgumentException("\"" + text + "\" is no quantity");
    }
    return number;
  }

  static long quantity(JsonNode node) {
    BigInteger number = wei(node);
    if (number.bitLength() > 63) {
      throw new IllegalArgumentException("0x" + number.toString(16) + " is above 2^63 - 1");
    }
    return number.longValue();
  }

  static Bytes bytes(JsonNode node) {
    return Bytes.parse(text(node));
  }

  static Digest digest(JsonNode node) {
    Bytes bytes = bytes(node);
    return Digest.of(bytes.toArray());
  }

  static Address address(JsonNode node) {
    return Address.parse(text(node));
  }

  private static String text(JsonNode node) {
    if (!node.isTextual()) {
      throw new IllegalArgumentException(
          "a " + node.getNodeType() + " where a text belongs: " + shown(node));
    }
    return node.asText();
  }

  private static String shown(JsonNode node) {
    String text = node.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "…";
  }

  static JsonNode object(JsonNode node) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("no object: " + shown(node));
    }
    return node;
  }

  static BlockHeader header(JsonNode node) {
    JsonNode block = object(node);
    JsonNode baseFee = block.path("baseFeePerGas");
    return new BlockHeader(
        new BlockRef(quantity(block.path("number")), digest(block.path("hash"))),
        digest(block.path("parentHash")),
        quantity(block.path("timestamp")),
        baseFee.isTextual() ? wei(baseFee) : BigInteger.ZERO);
  }

  static Optional<BlockHeader> optionalHeader(JsonNode node) {
    return node.isNull() ? Optional.empty() : Optional.of(header(node));
  }

  static List<EventLog> logs(JsonNode node, LogFilter filter) {
    if (!node.isArray()) {
      throw new IllegalArgumentException("no list of logs: " + shown(node));
    }
    List<EventLog> logs = new ArrayList<>(node.size());
    for (JsonNode one : node) {
      EventLog log = log(one);
      if (one.path("removed").asBoolean(false) || !filter.accepts(log)) {
        throw new IllegalArgumentException("a log nobody asked for: " + shown(one));
      }
      logs.add(log);
    }
    return logs;
  }

  private static EventLog log(JsonNode node) {
    List<Digest> topics = new ArrayList<>();
    node.path("topics").forEach(topic -> topics.add(digest(topic)));
    return new EventLog(
        address(node.path("address")),
        topics,
        bytes(node.path("data")),
        new BlockRef(quantity(node.path("blockNumber")), digest(node.path("blockHash"))),
        digest(node.path("transactionHash")),
        Math.toIntExact(quantity(node.path("logIndex"))));
  }

  static Optional<TransactionReceipt> receipt(JsonNode node) {
    if (node.isNull() || node.path("blockHash").isNull()) {
      return Optional.empty();
    }
    List<EventLog> logs = new ArrayList<>();
    object(node).path("logs").forEach(log -> logs.add(log(log)));
    JsonNode created = node.path("contractAddress");
    JsonNode price = node.path("effectiveGasPrice");
    return Optional.of(
        new TransactionReceipt(
            digest(node.path("transactionHash")),
            new BlockRef(quantity(node.path("blockNumber")), digest(node.path("blockHash"))),
            quantity(node.path("status")) == 1,
            quantity(node.path("gasUsed")),
            price.isTextual() ? wei(price) : BigInteger.ZERO,
            created.isTextual() ? Optional.of(address(created)) : Optional.empty(),
            logs));
  }

  static Optional<Bytes> input(JsonNode node) {
    return node.isNull() ? Optional.empty() : Optional.of(bytes(object(node).path("input")));
  }

  static FeeMarket feeMarket(JsonNode node) {
    JsonNode bases = object(node).path("baseFeePerGas");
    BigInteger next = bases.isEmpty() ? BigInteger.ZERO : wei(bases.get(bases.size() - 1));
    List<BigInteger> tips = new ArrayList<>();
    node.path("reward").forEach(block -> tips.add(wei(block.path(0))));
    tips.sort(null);
    return new FeeMarket(next, tips.isEmpty() ? BigInteger.ZERO : tips.get(tips.size() / 2));
  }

  static ObjectNode call(Call call) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    call.from().ifPresent(from -> node.put("from", from.toString()));
    call.to().ifPresent(to -> node.put("to", to.toString()));
    // `data` for clients that do not know `input` yet; all know `data`.
    node.put("data", call.data().toString());
    if (call.valueWei().signum() > 0) {
      node.put("value", "0x" + call.valueWei().toString(16));
    }
    return node;
  }

  static ObjectNode filter(LogFilter filter) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode addresses = node.putArray("address");
    filter.contracts().forEach(contract -> addresses.add(contract.toString()));
    ArrayNode topics = node.putArray("topics");
    for (List<Digest> accepted : filter.topics()) {
      if (accepted.isEmpty()) {
        topics.addNull();
      } else {
        ArrayNode any = topics.addArray();
        accepted.forEach(topic -> any.add(hex(topic)));
      }
    }
    return node;
  }
}
