package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that promises is killed again and again; no promise it has told is ever another. */
final class KilledStoreIT {
  private static final int KILLS = Integer.getInteger("myelin.kills", 5);
  private static final int MOST_LINES = 100;

  @TempDir Path folder;

  @Test
  void shouldKeepEveryPromiseThatItHasTold() throws Exception {
    Random random = new Random(20_261_122);
    Map<String, String> told = new HashMap<>();
    for (int round = 0; round < KILLS; round++) {
      Process child = start("round-" + round);
      try (BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
        int most = 1 + random.nextInt(MOST_LINES);
        for (int i = 0; i < most; i++) {
          String line = lines.readLine();
          assertThat(line).as("line %d of round %d", i, round).isNotNull();
          String[] words = line.split(" ");
          String before = told.putIfAbsent(words[0], words[1]);
          assertThat(words[1]).isEqualTo(before == null ? words[1] : before);
        }
      } finally {
        child.destroyForcibly().waitFor();
      }
    }
    assertThat(told.values()).doesNotHaveDuplicates();
  }

  private Process start(String word) throws IOException {
    return new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                PromisingMain.class.getName(),
                folder.resolve("signed.db").toString(),
                word))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
