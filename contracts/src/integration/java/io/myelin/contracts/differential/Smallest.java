package io.myelin.contracts.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes a history that fails smaller: leaves out runs of commands, long ones first, as long as it
 * still fails. jqwik's own shrinking leaves out one at a time and stops where two must go together.
 */
final class Smallest {
  private Smallest() {}

  /**
   * Runs a history, and when it fails the smallest part of it that does.
   *
   * @param history says what is different; empty when nothing is
   * @throws AssertionError with the smallest part and its difference
   */
  static <C> void check(List<C> commands, Function<List<C>, Optional<String>> history) {
    Function<List<C>, Optional<String>> run = some -> outcome(history, some);
    Optional<String> difference = run.apply(commands);
    if (difference.isEmpty()) {
      return;
    }
    List<C> small = commands;
    for (int length = Math.max(1, small.size() / 2); length > 0; ) {
      int before = small.size();
      for (int from = before - length; from >= 0; from -= 1) {
        if (from + length > small.size()) {
          continue;
        }
        List<C> part = new ArrayList<>(small.subList(0, from));
        part.addAll(small.subList(from + length, small.size()));
        Optional<String> found = run.apply(part);
        if (found.isPresent()) {
          small = part;
          difference = found;
        }
      }
      // What was left out may have been all that kept something else in.
      length = small.size() < before ? Math.min(length, small.size()) : length / 2;
    }
    throw new AssertionError(
        difference.orElseThrow()
            + "\n%d commands, of %d: %s".formatted(small.size(), commands.size(), small));
  }

  /** A side that cannot answer at all is a difference too. */
  private static <C> Optional<String> outcome(
      Function<List<C>, Optional<String>> history, List<C> commands) {
    try {
      return history.apply(commands);
    } catch (AssertionError | RuntimeException e) {
      return Optional.of("\nno answer: " + e);
    }
  }
}
