package io.myelin.bench.engine;

import io.myelin.cli.CommandException;
import io.myelin.cli.model.ConsoleProgress;
import io.myelin.cli.node.EngineSource;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.engine.llama.EngineBench;
import io.myelin.engine.llama.NativeLibraries;
import io.myelin.engine.worker.WorkerLaunch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The engine against the least one can do with the same library, in one process. */
@Command(
    name = "engine",
    mixinStandardHelpOptions = true,
    description = "Prefill and decode speed, alone and with 8 streams, against a bare loop.",
    footer = {
      "",
      "Example:",
      "  ./myelin bench engine --threads 2 --rounds 5",
      "",
      "Nothing else should use the processor: native threads wait for each other by spinning."
    })
public final class EngineBenchCommand implements Callable<Integer> {
  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Native threads (every core).")
  private int threads;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measurements of each, in turn; medians are shown (${DEFAULT-VALUE}).")
  private int rounds;

  @Override
  public Integer call() throws Exception {
    ModelEntry entry = ModelCatalogue.DEFAULT_MODEL;
    Path weights;
    try (ConsoleProgress progress = ConsoleProgress.onStandardError()) {
      weights = ModelCatalogue.ofThisUser().store().fetch(entry, progress);
    }
    int count = threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(WorkerLaunch.DEFAULT_JVM_ARGUMENTS);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            EngineBench.class.getName(),
            weights.toString(),
            NativeLibraries.find(EngineSource.root()).folder().toString(),
            Integer.toString(count),
            Integer.toString(rounds)));
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      int status = process.waitFor();
      if (status != 0) {
        throw new CommandException("the bench's process ended with status " + status);
      }
      return 0;
    } finally {
      process.destroy();
    }
  }
}
