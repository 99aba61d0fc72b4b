package io.myelin.cli.devnet;

import io.myelin.cli.Main;
import io.myelin.cli.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code myelin} in a process of its own, which ends with this one at the latest. */
public final class Child implements AutoCloseable {
  private static final long STOP_SECONDS = 30;

  private final Process process;
  private final Path log;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts it; what it prints is added to the log file. */
  public static Child start(Path log, List<String> arguments) throws IOException {
    return start(log, List.of(), Map.of(), arguments);
  }

  /**
   * The same by another program.
   *
   * @param by the program and its arguments, which puts itself in place of what follows them
   * @param environment what is added to it
   */
  public static Child start(
      Path log, List<String> by, Map<String, String> environment, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(by);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-modules=jdk.incubator.vector");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dmyelin.root=" + System.getProperty("myelin.root"));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    Files.createDirectories(log.toAbsolutePath().getParent());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    return new Child(builder.start(), log);
  }

  /** {@code kill -9}; returns when it and all it had started are gone. */
  public void kill() throws Exception {
    List<ProcessHandle> own = process.descendants().toList();
    process.destroyForcibly();
    gone(own);
  }

  /** Waits until it has ended by itself, and all it had started with it. */
  public int ended() throws Exception {
    List<ProcessHandle> own = process.descendants().toList();
    gone(own);
    return process.exitValue();
  }

  /** The processes it started, a node's engine worker among them. */
  public List<ProcessHandle> started() {
    return process.descendants().toList();
  }

  /** Its end, however it comes. */
  public CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  private void gone(List<ProcessHandle> own) throws Exception {
    if (!process.waitFor(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("still running: " + process + "\n" + Files.readString(log));
    }
    for (ProcessHandle handle : own) {
      handle.onExit().get(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  /** Fails with what it said when it has ended. */
  public void requireAlive() {
    if (!process.isAlive()) {
      try {
        throw new AssertionError("ended: " + Files.readString(log));
      } catch (IOException e) {
        throw new AssertionError("ended, and its log is unreadable", e);
      }
    }
  }

  /** Tells it to stop as a terminal does; ends hard what does not go. */
  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    process.destroy();
    for (ProcessHandle handle : all.reversed()) {
      try {
        handle.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        handle.destroyForcibly();
      } catch (InterruptedException e) {
        handle.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }
}
