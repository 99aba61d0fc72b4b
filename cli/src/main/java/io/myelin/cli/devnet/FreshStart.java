package io.myelin.cli.devnet;

import io.myelin.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Forgets a devnet's chain whose clock was put forward, and all that was kept about its sessions.
 * Keys, models and receipts stay.
 */
final class FreshStart {
  private static final String MARK = "over";
  private static final List<String> OF_A_CHAIN =
      List.of("journal.db", "chain.db", "signed.db", "vouchers", "evidence", "queue");

  private FreshStart() {}

  /** Notes that the chain is not to be gone on with. */
  static void mark(DevnetPlan plan) {
    try {
      Files.writeString(plan.chainFolder().resolve(MARK), "its clock was put forward\n");
    } catch (IOException e) {
      throw new CommandException("data folder " + plan.data() + ": " + e.getMessage(), e);
    }
  }

  /** Clears a chain that was marked, before anything is started. */
  static void clear(DevnetPlan plan) {
    if (!Files.exists(plan.chainFolder().resolve(MARK))) {
      return;
    }
    try (Stream<Path> folders = Files.list(plan.data())) {
      for (Path folder : folders.filter(Files::isDirectory).toList()) {
        for (Path file : list(folder)) {
          String name = String.valueOf(file.getFileName());
          if (OF_A_CHAIN.stream().anyMatch(name::startsWith)) {
            delete(file);
          }
        }
      }
      // Last, so that a start that is cut short here clears again.
      delete(plan.chainFolder());
    } catch (IOException e) {
      throw new CommandException("data folder " + plan.data() + ": " + e.getMessage(), e);
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static void delete(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
