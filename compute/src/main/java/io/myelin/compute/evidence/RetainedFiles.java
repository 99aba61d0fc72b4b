package io.myelin.compute.evidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is kept of tasks that are final, the oldest first to go: at most so many files, bytes and
 * days. A week is longer than a session can live, be settled and be challenged.
 */
final class RetainedFiles {
  private static final int MOST_FILES = 16_384;
  private static final long MOST_BYTES = 256L << 20;
  private static final Duration LIFETIME = Duration.ofDays(7);

  private final Path folder;
  private final String ending;
  private final int mostFiles;
  private final long mostBytes;
  private final Map<String, Long> sizes = new LinkedHashMap<>();
  private long bytes;

  RetainedFiles(Path folder, String ending) {
    this(folder, ending, MOST_FILES, MOST_BYTES);
  }

  RetainedFiles(Path folder, String ending, int mostFiles, long mostBytes) {
    this.folder = folder;
    this.ending = ending;
    this.mostFiles = mostFiles;
    this.mostBytes = mostBytes;
  }

  private record Found(String name, long size, FileTime time) {}

  /** Takes up what an earlier run kept. */
  void read() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(file -> file.getFileName().toString().endsWith(ending)).toList();
    }
    List<Found> found = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      found.add(
          new Found(
              name.substring(0, name.length() - ending.length()),
              Files.size(file),
              Files.getLastModifiedTime(file)));
    }
    found.sort(Comparator.comparing(Found::time));
    FileTime newest = found.isEmpty() ? FileTime.fromMillis(0) : found.getLast().time();
    for (Found one : found) {
      if (newest.toMillis() - one.time().toMillis() > LIFETIME.toMillis()) {
        Files.deleteIfExists(path(one.name()));
      } else {
        note(one.name(), one.size());
      }
    }
    makeRoom();
  }

  /** Moves a file here. */
  void add(Path file, String name) throws IOException {
    long size = Files.size(file);
    Files.move(file, path(name), StandardCopyOption.REPLACE_EXISTING);
    forget(name);
    note(name, size);
    makeRoom();
  }

  Optional<Path> find(String name) {
    return sizes.containsKey(name) ? Optional.of(path(name)) : Optional.empty();
  }

  private void note(String name, long size) {
    sizes.put(name, size);
    bytes += size;
  }

  private void forget(String name) {
    Long size = sizes.remove(name);
    bytes -= size == null ? 0 : size;
  }

  private void makeRoom() throws IOException {
    while (sizes.size() > mostFiles || bytes > mostBytes) {
      String oldest = sizes.keySet().iterator().next();
      forget(oldest);
      Files.deleteIfExists(path(oldest));
    }
  }

  private Path path(String name) {
    return folder.resolve(name + ending);
  }
}
