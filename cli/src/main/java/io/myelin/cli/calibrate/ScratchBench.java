package io.myelin.cli.calibrate;

import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.node.EngineSource;
import io.myelin.engine.calibrate.Workbench;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A workbench on a model of the catalogue, whose other types are gone when it is closed. */
public final class ScratchBench implements AutoCloseable {
  private final Workbench bench;
  private final Path folder;

  private ScratchBench(Workbench bench, Path folder) {
    this.bench = bench;
    this.folder = folder;
  }

  /** Fetches the model where it is missing, with a progress bar. */
  public static ScratchBench open(ModelCatalogue catalogue, ModelEntry entry) throws IOException {
    Path original;
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      original = catalogue.store().fetch(entry, progress);
    }
    Path folder = Files.createTempDirectory("myelin-bench");
    return new ScratchBench(
        new Workbench(entry.id(), original, entry.chatTemplate(), EngineSource.root(), folder),
        folder);
  }

  /** The bench. */
  public Workbench bench() {
    return bench;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
