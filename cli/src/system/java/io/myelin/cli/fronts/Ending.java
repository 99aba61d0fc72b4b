package io.myelin.cli.fronts;

/**
 * What one front said of a task from its beginning to its end.
 *
 * @param task its id; empty when it was refused before it had one
 * @param text every piece
 * @param finish {@code stop} or {@code length}; empty when it failed
 * @param promptTokens counted
 * @param outputTokens counted
 * @param code of the error; empty when it completed
 */
record Ending(
    String task, String text, String finish, int promptTokens, int outputTokens, String code) {

  static Ending failed(String task, String text, String code) {
    return new Ending(task, text, "", 0, 0, code);
  }

  /** The same without what differs from task to task. */
  Ending unnamed() {
    return new Ending("", text, finish, promptTokens, outputTokens, code);
  }
}
