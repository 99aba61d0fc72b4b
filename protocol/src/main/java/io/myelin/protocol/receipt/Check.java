package io.myelin.protocol.receipt;

/**
 * One check of a receipt.
 *
 * @param name stable, lowercase with underscores
 * @param outcome what came out
 * @param detail what was found, and where it failed what was expected
 */
public record Check(String name, Outcome outcome, String detail) {
  /** What can come out of a check. */
  public enum Outcome {
    /** It was done and is true. */
    HELD,
    /** It was done and is not true. */
    FAILED,
    /** What it needs was not given. */
    NOT_CHECKED
  }

  static Check held(String name, String detail) {
    return new Check(name, Outcome.HELD, detail);
  }

  static Check failed(String name, String detail) {
    return new Check(name, Outcome.FAILED, detail);
  }

  static Check notChecked(String name, String missing) {
    return new Check(name, Outcome.NOT_CHECKED, missing + " was not given");
  }
}
