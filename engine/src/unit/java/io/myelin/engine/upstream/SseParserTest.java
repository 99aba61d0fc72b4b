package io.myelin.engine.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SseParserTest {

  private static List<String> parse(String stream, int step) throws IOException {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    SseParser parser = new SseParser(10_000);
    List<String> events = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += step) {
      parser.accept(
          bytes,
          at,
          Math.min(step, bytes.length - at),
          (name, data) -> events.add(name + "|" + data));
    }
    return events;
  }

  @Test
  void theStandardsExamplesHoweverTheyAreCut() throws IOException {
    String stream =
        "\uFEFFdata: grüße 🙂\n\n: comment\n\r\nevent: error\r\ndata:a\rdata: b\r\ndata\n\nid: 7\nretry: 9\n\n"
            + "data:  two spaces\n\nevent: alone\n\ndata: not ended";
    List<String> expected = List.of("message|grüße 🙂", "error|a\nb\n", "message| two spaces");
    for (int step = 1; step <= 40; step++) {
      assertThat(parse(stream, step)).as("in steps of %d", step).isEqualTo(expected);
    }
  }

  @Test
  void anEndlessLineIsRefused() {
    assertThatThrownBy(() -> parse("data: " + "x".repeat(10_001), 100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("over 10000 bytes");
  }

  @Test
  void endlessDataLinesAreRefused() {
    assertThatThrownBy(() -> parse("data: 123456789\n".repeat(2000), 100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("over 10000 bytes");
  }
}
