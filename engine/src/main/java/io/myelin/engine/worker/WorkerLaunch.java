package io.myelin.engine.worker;

import io.myelin.engine.EngineFactory;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How a worker process is started.
 *
 * @param commandPrefix put before the Java command, for a sandbox or {@code nice}; usually empty
 * @param java the Java executable
 * @param jvmArguments flags of the worker's JVM
 * @param classPath class path of the worker, as one string
 * @param factory class name of an {@link EngineFactory} on that class path
 * @param factoryArguments given to the factory
 * @param limits how long things may take
 */
public record WorkerLaunch(
    List<String> commandPrefix,
    Path java,
    List<String> jvmArguments,
    String classPath,
    String factory,
    List<String> factoryArguments,
    WorkerLimits limits) {

  /**
   * A small heap, since the weights are outside of it, and the accesses that native code and vector
   * arithmetic need.
   */
  public static final List<String> DEFAULT_JVM_ARGUMENTS =
      List.of(
          "--enable-native-access=ALL-UNNAMED",
          "--add-modules=jdk.incubator.vector",
          // Protobuf 3 uses it; the warning would be the last thing a dead worker printed.
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseSerialGC",
          "-Xms32m",
          "-Xmx512m",
          "-Xss512k",
          "-XX:+ExitOnOutOfMemoryError",
          "-Dstderr.encoding=UTF-8",
          "-Dstdout.encoding=UTF-8");

  /** Copies the lists. */
  public WorkerLaunch {
    commandPrefix = List.copyOf(commandPrefix);
    jvmArguments = List.copyOf(jvmArguments);
    factoryArguments = List.copyOf(factoryArguments);
    if (classPath.isBlank()) {
      throw new IllegalArgumentException("classPath: blank (expected: the worker's class path)");
    }
  }

  /** With this process's Java and class path, and the usual flags and limits. */
  public static WorkerLaunch like(
      Class<? extends EngineFactory> factory, List<String> factoryArguments) {
    return new WorkerLaunch(
        List.of(),
        Path.of(System.getProperty("java.home", ""), "bin", "java"),
        DEFAULT_JVM_ARGUMENTS,
        absolute(System.getProperty("java.class.path", "")),
        factory.getName(),
        factoryArguments,
        WorkerLimits.DEFAULT);
  }

  /** The same with other limits. */
  public WorkerLaunch withLimits(WorkerLimits other) {
    return new WorkerLaunch(
        commandPrefix, java, jvmArguments, classPath, factory, factoryArguments, other);
  }

  /** The same with further JVM flags, which win over earlier ones. */
  public WorkerLaunch withJvmArguments(List<String> more) {
    List<String> all = new ArrayList<>(jvmArguments);
    all.addAll(more);
    return new WorkerLaunch(commandPrefix, java, all, classPath, factory, factoryArguments, limits);
  }

  /** The same inside another command, which must pass on standard input and output. */
  public WorkerLaunch withCommandPrefix(List<String> prefix) {
    return new WorkerLaunch(
        prefix, java, jvmArguments, classPath, factory, factoryArguments, limits);
  }

  private static String absolute(String classPath) {
    List<String> parts =
        Arrays.stream(classPath.split(File.pathSeparator, -1))
            .filter(part -> !part.isEmpty())
            .map(part -> Path.of(part).toAbsolutePath().toString())
            .toList();
    return String.join(File.pathSeparator, parts);
  }
}
