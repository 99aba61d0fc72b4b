package io.myelin.engine.catalogue;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * Remembers the SHA-256 of files by size, modification time and inode, so that a start does not
 * read a hundred megabytes to learn what it knew before. Any doubt means: read the file.
 */
final class DigestCache {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  DigestCache(Path folder) {
    this.folder = folder;
  }

  /** The file's SHA-256, from memory when nothing about the file has changed. */
  String digestOf(Path file, FetchProgress progress) throws IOException {
    Path real = file.toRealPath();
    String before = fingerprint(real);
    Path note = noteOf(real);
    String known = read(note, before);
    if (!known.isEmpty()) {
      return known;
    }
    String digest = Digests.sha256(real, "checking " + real.getFileName(), progress);
    // Not noted when the file changed while it was read.
    if (before.equals(fingerprint(real))) {
      ObjectNode json =
          JSON.createObjectNode().put("file", real.toString()).put("fingerprint", before);
      AtomicFiles.write(note, JSON.writeValueAsBytes(json.put("sha256", digest)));
    }
    return digest;
  }

  private static String read(Path note, String fingerprint) throws IOException {
    if (!Files.exists(note)) {
      return "";
    }
    try {
      JsonNode json = JSON.readTree(Files.readAllBytes(note));
      String digest = json.path("sha256").asText("");
      boolean usable =
          json.path("fingerprint").asText("").equals(fingerprint) && digest.matches("[0-9a-f]{64}");
      return usable ? digest : "";
    } catch (JacksonException e) {
      return "";
    }
  }

  private Path noteOf(Path real) {
    byte[] name =
        Digests.newSha256()
            .digest(real.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return folder.resolve(java.util.HexFormat.of().formatHex(name, 0, 12) + ".json");
  }

  private static String fingerprint(Path real) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
    return attributes.size()
        + ":"
        + attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS)
        + ":"
        + attributes.fileKey();
  }
}
