package io.myelin.chain.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeptStateTest {
  @TempDir Path folder;

  private static String block(int number, int timestamp) {
    return "{\"header\":{\"number\":\"0x%x\",\"timestamp\":\"0x%x\"}}".formatted(number, timestamp);
  }

  @Test
  void shouldKeepTheOldestBlockZeroAndAllOthers() throws Exception {
    Path file = folder.resolve("state.json");
    Files.writeString(
        file,
        "{\"best_block_number\":2,\"blocks\":[%s,%s,%s,%s,%s]}"
            .formatted(block(0, 90), block(2, 12), block(0, 10), block(1, 11), block(0, 80)));

    KeptState.keepFirstGenesis(file);

    JsonNode state = new ObjectMapper().readTree(file.toFile());
    assertThat(state.path("best_block_number").asInt()).isEqualTo(2);
    assertThat(state.path("blocks").findValuesAsText("timestamp"))
        .containsExactly("0xc", "0xa", "0xb");
  }

  @Test
  void shouldLeaveAloneWhatIsNoWholeState() throws Exception {
    Path file = folder.resolve("state.json");
    KeptState.keepFirstGenesis(file);
    assertThat(file).doesNotExist();
    Files.writeString(file, "{\"blocks\":[{\"head");

    KeptState.keepFirstGenesis(file);

    assertThat(file).hasContent("{\"blocks\":[{\"head");
  }
}
