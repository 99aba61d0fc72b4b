package io.myelin.cli.receipt;

import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.Verification;
import java.io.PrintWriter;

/** Shows the checks of a receipt, one a line. */
public final class CheckTable {
  private CheckTable() {}

  /** Prints every check with its outcome, then the verdict. */
  public static void print(Verification verification, PrintWriter out) {
    int failed = 0;
    int skipped = 0;
    for (Check check : verification.checks()) {
      String mark =
          switch (check.outcome()) {
            case HELD -> "ok  ";
            case FAILED -> "FAIL";
            case NOT_CHECKED -> "-   ";
          };
      failed += check.outcome() == Check.Outcome.FAILED ? 1 : 0;
      skipped += check.outcome() == Check.Outcome.NOT_CHECKED ? 1 : 0;
      out.printf("  %s %-18s %s%n", mark, check.name(), check.detail());
    }
    int held = verification.checks().size() - failed - skipped;
    out.println(verdict(held, failed, skipped));
    out.flush();
  }

  private static String verdict(int held, int failed, int skipped) {
    if (failed > 0) {
      return "The receipt does NOT hold: "
          + failed
          + " checks failed, "
          + held
          + " held, "
          + skipped
          + " not checked";
    }
    return skipped == 0
        ? "The receipt holds: " + held + " checks held"
        : "The receipt holds as far as it was checked: "
            + held
            + " checks held, "
            + skipped
            + " not checked";
  }
}
