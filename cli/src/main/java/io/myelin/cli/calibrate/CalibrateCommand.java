package io.myelin.cli.calibrate;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.engine.calibrate.Measuring;
import io.myelin.engine.calibrate.ScoredAnswer;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.catalogue.ModelEntry;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.WorkScore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures honest and cheating answers between CPU variants, for validators of other classes. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = "Measure how far honest answers are from a checker of another CPU class.",
    footer = {
      "",
      "Examples:",
      "  ./myelin calibrate --answers 2 --lengths 8,16",
      "  ./myelin calibrate --checker sandybridge --answers 48 --out calibration",
      "",
      "A validator of a node's own equivalence class needs none of this: it compares every",
      "number. Between classes honest numbers differ too, and what a difference means has to",
      "be measured: this makes honest answers and answers of a cheaper copy of the model,",
      "scores all of them on the checker's variant, and writes counts that a sequential test",
      "reads (JSON), with the scores they came from (CSV). See docs/verification.md."
    })
public final class CalibrateCommand extends MyelinCommand {
  private static final Pattern VARIANT = Pattern.compile("/cpu-([A-Za-z0-9_-]+)/");

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "A model of the catalogue (the default one).")
  private @Nullable String modelId;

  @Option(
      names = "--weights",
      paramLabel = "TYPE",
      defaultValue = "Q8_0",
      description =
          "What nodes claim, made of the model's file; \"original\" is the file (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private String weights;

  @Option(
      names = "--cheat",
      paramLabel = "TYPE",
      defaultValue = "Q4_0",
      description = "The nearest thing that a cheat would run instead (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private String cheat;

  @Option(
      names = "--node",
      paramLabel = "CPU",
      description = "CPU variant of the nodes (the best that this processor can run).")
  private @Nullable String nodeVariant;

  @Option(
      names = "--checker",
      paramLabel = "CPU",
      defaultValue = "sandybridge",
      description = "CPU variant of the checker (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private String checkerVariant;

  @Option(
      names = "--answers",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Honest answers of each temperature; half as many of the cheat (${DEFAULT-VALUE}).")
  private int answers;

  @Option(
      names = "--lengths",
      split = ",",
      paramLabel = "TOKENS",
      defaultValue = "8,32,128",
      description = "Lengths to count apart (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private List<Integer> lengths;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      defaultValue = "calibration",
      description = "Where the JSON and CSV files go (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default
  private Path folder;

  @Override
  public Integer call() throws IOException {
    if (answers < 1 || lengths.stream().anyMatch(length -> length < 1 || length > 512)) {
      throw wrong(
          "--answers, --lengths: %d, %s (expected: at least 1 answer, of 1..512 tokens)"
              .formatted(answers, lengths));
    }
    if (checkerVariant.equals(nodeVariant)) {
      throw wrong(
          "--node, --checker: both %s (expected: two variants; one is compared bit for bit and needs"
                  .formatted(checkerVariant)
              + " no calibration)");
    }
    ModelCatalogue catalogue = ModelCatalogue.ofThisUser();
    ModelEntry entry =
        modelId == null
            ? ModelCatalogue.DEFAULT_MODEL
            : catalogue.requireAll(List.of(modelId)).getFirst();
    if (entry.format() != ModelEntry.Format.GGUF) {
      throw new CommandException(
          "model: " + entry.id() + " (expected: one with a GGUF file, see ./myelin model list)");
    }
    try (ScratchBench scratch = ScratchBench.open(catalogue, entry);
        CountProgress progress = CountProgress.onStandardError()) {
      Measuring.Plan plan =
          new Measuring.Plan(
              weights,
              List.of(cheat),
              Optional.ofNullable(nodeVariant),
              Optional.of(checkerVariant),
              answers,
              (answers + 1) / 2,
              List.of(0.0, 0.7, 1.0),
              lengths.stream().sorted().toList());
      write(entry.id(), plan, Measuring.run(scratch.bench(), plan, progress::at));
    }
    return 0;
  }

  private void write(String model, Measuring.Plan plan, Measuring.Result result)
      throws IOException {
    List<WorkScore> honest = new ArrayList<>();
    List<WorkScore> cheating = new ArrayList<>();
    for (int length : plan.lengths()) {
      honest.addAll(result.scores(Measuring.HONEST, length));
      cheating.addAll(result.scores(cheat, length));
      out()
          .printf(
              Locale.ROOT,
              "%4d tokens: honest %.4f nat (largest %.4f), %s instead %.4f nat (smallest %.4f)%n",
              length,
              mean(result, Measuring.HONEST, length),
              result.scores(Measuring.HONEST, length).stream()
                      .mapToDouble(WorkScore::meanQ10)
                      .max()
                      .orElse(0)
                  / 1024,
              cheat,
              mean(result, cheat, length),
              result.scores(cheat, length).stream().mapToDouble(WorkScore::meanQ10).min().orElse(0)
                  / 1024);
    }
    if (result.nodeClass().equals(result.checkerClass())) {
      throw new CommandException(
          "--checker: "
              + checkerVariant
              + " is what the nodes ran (expected: another variant, or another --node)");
    }
    Calibration.Key key =
        new Calibration.Key(
            model,
            plan.weights(),
            result.weightsDigest(),
            result.nodeClass(),
            result.checkerClass());
    Calibration fitted = Calibration.fit(key, cheat, plan.lengths(), honest, cheating);
    Files.createDirectories(folder);
    Path json =
        folder.resolve(
            "%s-%s-%s-%s.json"
                .formatted(
                    model,
                    plan.weights(),
                    variant(result.nodeClass()),
                    variant(result.checkerClass())));
    Files.writeString(json, Calibration.toJson(List.of(fitted)) + "\n");
    List<String> lines = new ArrayList<>(List.of(ScoredAnswer.HEADER));
    result.answers().forEach(answer -> lines.addAll(answer.csv()));
    Path csv = json.resolveSibling(json.getFileName().toString().replace(".json", ".csv"));
    Files.write(csv, lines);
    out().printf("%s and %s%n", json, csv);
    out().flush();
  }

  /** The processor's part of an equivalence class. */
  private static String variant(String equivalenceClass) {
    Matcher found = VARIANT.matcher(equivalenceClass);
    return found.find() ? found.group(1) : equivalenceClass.replaceAll("[^A-Za-z0-9.-]", "_");
  }

  private static double mean(Measuring.Result result, String kind, int length) {
    return result.scores(kind, length).stream().mapToDouble(WorkScore::meanQ10).average().orElse(0)
        / 1024;
  }
}
