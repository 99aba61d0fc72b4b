package io.myelin.engine.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

class SseParserFuzz {
  private static final ObjectMapper JSON = new ObjectMapper();

  @FuzzTest(maxDuration = "5s")
  void cutsDoNotMatter(byte[] stream) {
    List<String> whole = events(stream, Math.max(1, stream.length));
    for (int step : new int[] {1, 2, 3, 7}) {
      assertThat(events(stream, step)).isEqualTo(whole);
    }
  }

  private static List<String> events(byte[] stream, int step) {
    SseParser parser = new SseParser(4096);
    List<String> events = new ArrayList<>();
    try {
      for (int at = 0; at < stream.length; at += step) {
        int length = Math.min(step, stream.length - at);
        parser.accept(stream, at, length, (name, data) -> events.add(read(name, data)));
      }
    } catch (IOException e) {
      events.add(String.valueOf(e.getMessage()));
    }
    return events;
  }

  // Whatever an event holds, it is read or refused.
  private static String read(String name, String data) {
    try {
      return name + "|" + UpstreamChunk.of(JSON.readTree(data));
    } catch (JsonProcessingException e) {
      return name + "|" + data;
    } catch (IOException e) {
      return name + "|" + e.getMessage();
    }
  }
}
