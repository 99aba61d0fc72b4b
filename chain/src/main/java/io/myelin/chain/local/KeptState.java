package io.myelin.chain.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Anvil's state file, mended before a start. Anvil makes a new block 0 at every start and keeps it
 * beside the one it then loads; with two in the file, chance decides which is found as block 0
 * after the next start. Whatever is kept per chain, promises of validators among it, goes by that
 * block's hash.
 */
final class KeptState {
  private static final ObjectMapper JSON = new ObjectMapper();

  private KeptState() {}

  /** Leaves the oldest block 0 in the file only. What is no state is left as it is. */
  static void keepFirstGenesis(Path file) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    JsonNode state;
    try {
      state = JSON.readTree(file.toFile());
    } catch (JsonProcessingException e) {
      // Half a file: Anvil says so better.
      return;
    }
    if (!(state instanceof ObjectNode whole && whole.get("blocks") instanceof ArrayNode blocks)) {
      return;
    }
    long oldest = Long.MAX_VALUE;
    for (JsonNode block : blocks) {
      if (number(block, "number") == 0) {
        oldest = Math.min(oldest, number(block, "timestamp"));
      }
    }
    ArrayNode kept = JSON.createArrayNode();
    for (JsonNode block : blocks) {
      if (number(block, "number") != 0 || number(block, "timestamp") == oldest) {
        kept.add(block);
      }
    }
    if (kept.size() == blocks.size()) {
      return;
    }
    whole.set("blocks", kept);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    JSON.writeValue(fresh.toFile(), whole);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static long number(JsonNode block, String field) {
    return Long.decode(block.path("header").path(field).asText("-1"));
  }
}
