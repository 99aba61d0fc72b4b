package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.protocol.work.Calibration;
import io.myelin.protocol.work.Calibrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@code ./myelin calibrate} wrote. */
public final class CalibrationFiles {
  private CalibrationFiles() {}

  /**
   * All that the files hold; of two for the same nodes and checkers the one named first counts.
   *
   * @throws CommandException naming the file that is not one
   */
  public static Calibrations read(List<Path> files) {
    List<Calibration> all = new ArrayList<>();
    for (Path file : files) {
      try {
        all.addAll(Calibration.parse(Files.readString(file)));
      } catch (IOException | IllegalArgumentException e) {
        throw new CommandException(
            "--calibration: %s: %s (expected: a .json file of ./myelin calibrate)"
                .formatted(file, e.getMessage()),
            e);
      }
    }
    return new Calibrations(all);
  }
}
