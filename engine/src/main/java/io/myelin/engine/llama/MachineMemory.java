package io.myelin.engine.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How much memory this machine or its container still has, so as to refuse before native code does.
 */
public final class MachineMemory {
  private MachineMemory() {}

  /** Bytes that can be taken now; empty where the system does not say. */
  public static OptionalLong available() {
    OptionalLong machine = OptionalLong.empty();
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith("MemAvailable:")) {
          machine = OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) * 1024);
        }
      }
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
    OptionalLong limit = number(Path.of("/sys/fs/cgroup/memory.max"));
    OptionalLong used = number(Path.of("/sys/fs/cgroup/memory.current"));
    if (machine.isPresent() && limit.isPresent() && used.isPresent()) {
      return OptionalLong.of(
          Math.min(machine.getAsLong(), Math.max(0, limit.getAsLong() - used.getAsLong())));
    }
    return machine;
  }

  private static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      // "max", or no control group.
      return OptionalLong.empty();
    }
  }
}
