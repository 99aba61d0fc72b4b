package io.myelin.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Holds the implementation to {@code docs/vectors}. Run with {@code -Dmyelin.vectors.write=true} to
 * write them anew, which is right only when the protocol's version changes.
 */
final class PublishedVectorsTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("myelin.root", ".."), "docs", "vectors");

  @Test
  void stillHold() throws IOException {
    Map<String, String> vectors = Vectors.all(Vectors.PUBLISHED_LABEL);
    if (Boolean.getBoolean("myelin.vectors.write")) {
      Files.createDirectories(FOLDER);
      for (Map.Entry<String, String> file : vectors.entrySet()) {
        Files.writeString(FOLDER.resolve(file.getKey()), file.getValue());
      }
    }
    for (Map.Entry<String, String> file : vectors.entrySet()) {
      assertThat(FOLDER.resolve(file.getKey())).hasContent(file.getValue());
    }
    try (Stream<Path> published = Files.list(FOLDER)) {
      assertThat(published.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(vectors.keySet());
    }
  }
}
