package io.myelin.cli.doctor;

/**
 * What one check found.
 *
 * @param outcome whether it is well
 * @param name of the check
 * @param detail what was found
 * @param next what to do; empty when there is nothing
 */
record Finding(Outcome outcome, String name, String detail, String next) {

  /** How a check ended. */
  enum Outcome {
    OK("ok  "),
    FAILED("FAIL"),
    /** Worth knowing, or nothing to check. */
    NOTE("-   ");

    private final String mark;

    Outcome(String mark) {
      this.mark = mark;
    }
  }

  static Finding ok(String name, String detail) {
    return new Finding(Outcome.OK, name, detail, "");
  }

  static Finding failed(String name, String detail, String next) {
    return new Finding(Outcome.FAILED, name, detail, next);
  }

  static Finding note(String name, String detail, String next) {
    return new Finding(Outcome.NOTE, name, detail, next);
  }

  boolean isFailure() {
    return outcome == Outcome.FAILED;
  }

  /** One line, and one more when there is something to do. */
  String text() {
    String line = "  %s %-11s %s".formatted(outcome.mark, name, detail);
    return next.isEmpty() ? line : line + "%n  %16s-> %s".formatted("", next);
  }
}
