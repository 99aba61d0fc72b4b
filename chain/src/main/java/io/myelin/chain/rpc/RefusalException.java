package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.chain.Bytes;
import java.util.Locale;

/** An endpoint answered a question with a JSON-RPC error. */
final class RefusalException extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 300;

  private final long code;
  private final String text;
  private final transient Bytes data;

  private RefusalException(long code, String text, Bytes data) {
    super(text + " (code " + code + ")");
    this.code = code;
    this.text = text;
    this.data = data;
  }

  static RefusalException of(JsonNode error) {
    String text = error.path("message").asText("no message");
    return new RefusalException(
        error.path("code").asLong(0),
        text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text,
        dataOf(error.path("data")));
  }

  /** Clients put it as a string, inside an object, or behind a word. */
  private static Bytes dataOf(JsonNode node) {
    JsonNode data = node.isObject() ? node.path("data") : node;
    if (!data.isTextual()) {
      return Bytes.EMPTY;
    }
    String hex = data.asText();
    int start = hex.indexOf("0x");
    try {
      return start < 0 ? Bytes.EMPTY : Bytes.parse(hex.substring(start));
    } catch (IllegalArgumentException e) {
      // Some clients put words there.
      return Bytes.EMPTY;
    }
  }

  long code() {
    return code;
  }

  Bytes data() {
    return data;
  }

  /** Whether the message holds one of these words, whatever its case. */
  boolean says(String... words) {
    String lower = text.toLowerCase(Locale.ROOT);
    for (String word : words) {
      if (lower.contains(word)) {
        return true;
      }
    }
    return false;
  }

  /** Whether another endpoint, or this one later, may well answer the same question. */
  boolean isPassing() {
    return code == -32601
        || (code == -32603 && data.isEmpty() && !says("revert"))
        || says(
            "rate limit",
            "too many requests",
            "request count",
            "capacity exceeded",
            "timed out",
            "timeout",
            "internal error",
            "try again",
            "unavailable",
            "syncing",
            "missing trie node");
  }
}
