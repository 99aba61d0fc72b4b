package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One child process with a worker in it. */
final class WorkerProcess {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
  private static final int TAIL_LINES = 40;
  private static final long LAST_WORDS_MILLIS = 250;

  private final Process process;
  private final ArrayList<String> tail = new ArrayList<>();
  private final CompletableFuture<String> handshake = new CompletableFuture<>();
  private final Thread errors;

  private WorkerProcess(Process process) {
    this.process = process;
    Thread.ofPlatform().daemon().name("worker-stdout").start(this::readHandshake);
    this.errors = Thread.ofPlatform().daemon().name("worker-stderr").start(this::readErrors);
  }

  /**
   * Starts a worker and waits until it listens.
   *
   * @throws EngineException with the worker's own kind and words when it refuses, CRASHED when it
   *     dies or is not ready in time
   */
  static WorkerProcess start(WorkerLaunch launch, Path socket) {
    List<String> command = new ArrayList<>(launch.commandPrefix());
    command.add(launch.java().toString());
    command.addAll(launch.jvmArguments());
    command.addAll(List.of("-cp", launch.classPath(), WorkerMain.class.getName()));
    command.addAll(
        List.of(socket.toString(), Long.toString(ProcessHandle.current().pid()), launch.factory()));
    command.addAll(launch.factoryArguments());
    WorkerProcess worker;
    try {
      Files.deleteIfExists(socket);
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("GGML_NO_BACKTRACE", "1");
      // Later versions than ours report to their maker unless told not to before they are loaded.
      builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
      worker = new WorkerProcess(builder.start());
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.CRASHED, "cannot start a worker process: " + e.getMessage(), e);
    }
    boolean listens = false;
    try {
      worker.awaitListening(launch.limits().start());
      listens = true;
      return worker;
    } finally {
      if (!listens) {
        worker.kill();
      }
    }
  }

  private void awaitListening(Duration patience) {
    String line;
    try {
      line = handshake.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw crashed("the worker was not ready within " + patience.toMillis() + " ms");
    } catch (ExecutionException e) {
      throw crashed("the worker died while it started: " + describeEnd());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw crashed("interrupted while the worker started");
    }
    if (line.equals(WorkerMain.LISTENING)) {
      return;
    }
    if (line.startsWith(WorkerMain.FAILED)) {
      String[] parts = line.substring(WorkerMain.FAILED.length()).split(" ", 2);
      EngineException.Kind kind =
          Arrays.stream(EngineException.Kind.values())
              .filter(one -> one.name().equals(parts[0]))
              .findFirst()
              .orElse(EngineException.Kind.INTERNAL);
      throw new EngineException(kind, parts.length > 1 ? parts[1] : "the worker gave no reason");
    }
    throw crashed("the worker began with \"" + line + "\" (expected: its handshake)");
  }

  private static EngineException crashed(String message) {
    return new EngineException(EngineException.Kind.CRASHED, message);
  }

  private void readHandshake() {
    try (BufferedReader lines = reader(process.getInputStream())) {
      String line = lines.readLine();
      if (line == null) {
        handshake.completeExceptionally(new IOException("no handshake"));
        return;
      }
      handshake.complete(line);
      while (line != null) {
        line = lines.readLine();
      }
    } catch (IOException e) {
      handshake.completeExceptionally(e);
    }
  }

  private void readErrors() {
    try (BufferedReader lines = reader(process.getErrorStream())) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        LOG.debug("worker {}: {}", process.pid(), line);
        synchronized (tail) {
          if (tail.size() >= TAIL_LINES) {
            tail.removeFirst();
          }
          tail.add(line.length() > 500 ? line.substring(0, 500) : line);
        }
      }
    } catch (IOException e) {
      LOG.debug("worker {}: its standard error broke: {}", process.pid(), e.toString());
    }
  }

  private static BufferedReader reader(InputStream stream) {
    return new BufferedReader(new java.io.InputStreamReader(stream, StandardCharsets.UTF_8));
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** How it ended, with what it printed last; waits a moment for both. */
  String describeEnd() {
    String status = "still running";
    try {
      if (process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)) {
        int exit = process.exitValue();
        status = exit > 128 ? "killed by signal " + (exit - 128) : "exit status " + exit;
        errors.join(LAST_WORDS_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    List<String> words;
    synchronized (tail) {
      words = tail.stream().filter(line -> !line.startsWith("WARNING: Using incubator")).toList();
    }
    List<String> last = words.subList(Math.max(0, words.size() - 5), words.size());
    return status + (last.isEmpty() ? "" : "; it printed last: " + String.join(" | ", last));
  }

  /** Lets it end by itself, then kills it. */
  void close(Duration patience) {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // A dead process has no standard input.
    }
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  void kill() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }
}
