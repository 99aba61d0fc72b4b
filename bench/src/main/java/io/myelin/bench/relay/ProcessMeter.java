package io.myelin.bench.relay;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** CPU time and memory of a process and its children, as Linux counts them. */
final class ProcessMeter {
  private static final Path PROC = Path.of("/proc");

  private ProcessMeter() {}

  /** Nanoseconds of processor time that all live threads of these processes have used. */
  static long cpuNanos(List<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      try (DirectoryStream<Path> tasks = Files.newDirectoryStream(PROC.resolve(pid + "/task"))) {
        for (Path task : tasks) {
          sum += threadNanos(task);
        }
      }
    }
    return sum;
  }

  /** Zero for a thread that ended meanwhile: the measured ones live as long as the run. */
  private static long threadNanos(Path task) throws IOException {
    try {
      return Long.parseLong(Files.readString(task.resolve("schedstat")).split(" ")[0]);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Resident memory in bytes. */
  static long residentBytes(List<Long> pids) throws IOException {
    long sum = 0;
    for (long pid : pids) {
      try (Stream<String> lines = Files.lines(PROC.resolve(pid + "/status"))) {
        sum +=
            lines
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .sum();
      }
    }
    return sum;
  }

  /** A process and all below it. */
  static List<Long> tree(Process process) {
    return Stream.concat(Stream.of(process.pid()), process.descendants().map(ProcessHandle::pid))
        .toList();
  }
}
