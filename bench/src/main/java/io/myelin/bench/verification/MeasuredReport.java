package io.myelin.bench.verification;

import io.myelin.engine.calibrate.Measuring;
import io.myelin.protocol.work.Calibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Table, plots and calibration of the measured check. */
final class MeasuredReport {
  /** File of what a validator would use. */
  static final String CALIBRATION = "calibration.json";

  private final MeasuredPart part;
  private final Measuring.Plan plan;
  private final Path folder;
  private final PrintWriter out;

  MeasuredReport(MeasuredPart part, Measuring.Plan plan, Path folder, PrintWriter out) {
    this.part = part;
    this.plan = plan;
    this.folder = folder;
    this.out = out;
  }

  void write() throws IOException {
    Calibration.Key key = part.key();
    out.printf(
        "%nMeasured check, %s claimed; node %s, checker %s%n",
        key.weights(), key.nodeClass(), key.checkerClass());
    List<MeasuredPart.Row> rows = part.rows();
    table(rows);
    plots(rows);
    Files.writeString(folder.resolve(CALIBRATION), Calibration.toJson(part.calibrations()) + "\n");
    out.flush();
  }

  private void table(List<MeasuredPart.Row> rows) throws IOException {
    List<String> csv = new ArrayList<>();
    csv.add(
        "cheat,tokens,honest,cheating,auc,threshold_q10,honest_rejected,honest_rejected_bound95,"
            + "caught,checks_median,checks_p95,histories_condemned,honest_histories_condemned,"
            + "verdict_error,verdict_error_bound95");
    out.printf(
        "  %-8s %6s %6s %11s %18s %12s %16s %10s %20s%n",
        "instead",
        "tokens",
        "AUC",
        "threshold",
        "honest above",
        "caught",
        "checks to catch",
        "condemned",
        "honest condemned");
    for (MeasuredPart.Row row : rows) {
      out.printf(
          Locale.ROOT,
          "  %-8s %6d %6.3f %7.3f nat %4d/%-5d <%5.2f%% %6d/%-5d %7s %8s %9.1f%% %8.1e <%8.1e%n",
          row.cheat(),
          row.tokens(),
          row.auc(),
          row.threshold() / 1024,
          row.rejected(),
          row.honest(),
          100 * row.rejectedBound(),
          row.caught(),
          row.cheating(),
          VerificationBench.checks(row.catches().median()),
          VerificationBench.checks(row.catches().p95()),
          100 * row.catches().condemned(),
          row.verdictError(),
          row.verdictBound());
      csv.add(
          String.format(
              Locale.ROOT,
              "%s,%d,%d,%d,%.4f,%.2f,%d,%.5f,%d,%d,%d,%.4f,%.4f,%.2e,%.2e",
              row.cheat(),
              row.tokens(),
              row.honest(),
              row.cheating(),
              row.auc(),
              row.threshold(),
              row.rejected(),
              row.rejectedBound(),
              row.caught(),
              row.catches().median(),
              row.catches().p95(),
              row.catches().condemned(),
              row.condemned(),
              row.verdictError(),
              row.verdictBound()));
    }
    Files.write(folder.resolve("measured.csv"), csv);
  }

  private void plots(List<MeasuredPart.Row> rows) throws IOException {
    SvgPlot auc =
        new SvgPlot("How well one check tells a cheat from Q8_0", "tokens of the answer", "AUC")
            .places(plan.lengths().stream().map(String::valueOf).toList());
    for (String cheat : plan.cheats()) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (MeasuredPart.Row row : rows) {
        if (row.cheat().equals(cheat)) {
          points.add(new SvgPlot.Point(points.size(), row.auc()));
        }
      }
      auc.add(new SvgPlot.Series(cheat, points, true));
    }
    Files.writeString(folder.resolve("auc.svg"), auc.svg(0.4, 1));
    int longest = plan.lengths().getLast();
    List<String> kinds = new ArrayList<>(List.of(Measuring.HONEST));
    kinds.addAll(plan.cheats());
    SvgPlot distances =
        new SvgPlot(
                "Mean distance of each answer of " + longest + " tokens",
                "what the node ran",
                "nat")
            .places(kinds);
    double most = 0;
    for (int i = 0; i < kinds.size(); i++) {
      List<SvgPlot.Point> points = new ArrayList<>();
      for (double mean : part.means(kinds.get(i), longest)) {
        // Spread, so that dots do not hide each other.
        points.add(new SvgPlot.Point(i + (points.size() % 9 - 4) / 20.0, mean / 1024));
        most = Math.max(most, mean / 1024);
      }
      distances.add(new SvgPlot.Series(kinds.get(i), points, false));
    }
    Files.writeString(folder.resolve("distances.svg"), distances.svg(0, Math.max(0.1, most)));
  }
}
