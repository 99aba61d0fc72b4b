package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import io.myelin.cli.Main;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node in a process of its own. Its standard input is a pipe from this process, so that it ends
 * when this one is gone, however that happens.
 */
final class ChildMember implements Member {
  private static final Logger logger = LoggerFactory.getLogger(ChildMember.class);
  private static final long STOP_SECONDS = 15;

  private final String name;
  private final Address id;
  private final Process process;
  private final Path log;
  private volatile boolean stopping;

  private ChildMember(String name, Address id, Process process, Path log) {
    this.name = name;
    this.id = id;
    this.process = process;
    this.log = log;
  }

  /** Starts {@code myelin} with these arguments; what it prints goes to the log file. */
  static ChildMember start(String name, Address id, List<String> arguments, Path log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.startsWith("-agentlib") && !argument.startsWith("-javaagent"))
        .forEach(command::add);
    // A dozen processes start at once on one machine: compiling less is what makes them ready soon.
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.addAll(arguments);
    command.add("--child");
    try {
      Files.createDirectories(log.toAbsolutePath().getParent());
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new ChildMember(name, id, process, log);
    } catch (IOException e) {
      throw new CommandException("cannot start " + name + ": " + e.getMessage(), e);
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Address id() {
    return id;
  }

  @Override
  public long pid() {
    return process.pid();
  }

  @Override
  public CompletableFuture<String> ended() {
    return process
        .onExit()
        .thenCompose(
            p ->
                stopping
                    ? new CompletableFuture<>()
                    : CompletableFuture.completedFuture(
                        "exit status " + p.exitValue() + ": " + lastWords()));
  }

  @Override
  public void stop() {
    stopping = true;
    process.destroy();
  }

  @Override
  public void awaitStopped() {
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        logger.warn("{} did not stop within {} s and is killed", name, STOP_SECONDS);
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private String lastWords() {
    try {
      List<String> lines = Files.readAllLines(log);
      return lines.isEmpty() ? "it said nothing" : lines.getLast();
    } catch (IOException e) {
      return "see " + log;
    }
  }
}
