package io.myelin.protocol.poi;

import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What answers of several nodes to one question say of each other. An alarm, and a signal of
 * quality: who is named has its work shown to validators, whose exact check alone convicts.
 *
 * @param named nodes that stand apart from an agreeing majority
 * @param distance the largest distance in meaning; empty where none was measured
 */
public record Agreement(Outcome outcome, List<Named> named, OptionalDouble distance) {

  /** What became of a comparison. */
  public enum Outcome {
    /** There was one answer only: others were lost on the way. */
    ALONE,
    /** The same text, from all. */
    IDENTICAL,
    /** Other words for the same. */
    SAME_MEANING,
    /** Honest nodes of two kinds of processor, whose draws parted. */
    ROUNDED,
    /** Not the same text, and nobody measured how far it is apart. */
    UNMEASURED,
    /** No majority: somebody is wrong, and nobody can say who. */
    SCATTERED,
    /** Some stand apart from the rest. */
    OUTLIERS;

    /** As programs read it: {@code same_meaning}. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Why a node stands apart. */
  public enum Why {
    /** Another text than nodes of its class made. */
    OUTPUT,
    /** The same text, with other numbers than nodes of its class signed. */
    NUMBERS,
    /** It means something else. */
    MEANING;

    /** As programs read it. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A node that stands apart.
   *
   * @param why by which rule
   */
  public record Named(Address node, Why why) {}

  /** Copies. */
  public Agreement {
    named = List.copyOf(named);
  }

  /** Whether somebody should look. */
  public boolean alarms() {
    return outcome == Outcome.OUTLIERS || outcome == Outcome.SCATTERED;
  }

  /** Whether a node is named. */
  public boolean names(Address node) {
    return named.stream().anyMatch(one -> one.node().equals(node));
  }

  /**
   * Whose work validators are to look at: those named, or all where nobody can say who is wrong.
   *
   * @param nodes that answered
   */
  public List<Address> suspects(List<Address> nodes) {
    return switch (outcome) {
      case OUTLIERS -> named.stream().map(Named::node).toList();
      case SCATTERED -> List.copyOf(nodes);
      case ALONE, IDENTICAL, SAME_MEANING, ROUNDED, UNMEASURED -> List.of();
    };
  }

  /**
   * Of answers, in any order.
   *
   * @param embedder makes vectors of texts; without one only nodes of one class are told apart
   */
  public static Agreement of(
      List<WitnessedAnswer> answers, Optional<Dispersion.Embedder> embedder) {
    // Who goes on from another's beginning is no independent witness of it.
    List<WitnessedAnswer> own = answers.stream().filter(one -> !one.continues()).toList();
    if (own.size() < 2) {
      return new Agreement(Outcome.ALONE, List.of(), OptionalDouble.empty());
    }
    List<Named> named = new ArrayList<>();
    boolean split = false;
    for (List<WitnessedAnswer> group : classes(own).values()) {
      split |= !nameOfClass(group, own, named);
    }
    List<WitnessedAnswer> left =
        own.stream()
            .filter(one -> named.stream().noneMatch(other -> other.node().equals(one.node())))
            .toList();
    Agreement rest = ofMeaning(left, embedder);
    named.addAll(rest.named());
    if (!named.isEmpty()) {
      return new Agreement(Outcome.OUTLIERS, named, rest.distance());
    }
    return split ? new Agreement(Outcome.SCATTERED, List.of(), rest.distance()) : rest;
  }

  private static Map<String, List<WitnessedAnswer>> classes(List<WitnessedAnswer> answers) {
    Map<String, List<WitnessedAnswer>> classes = new LinkedHashMap<>();
    for (WitnessedAnswer one : answers) {
      if (one.isExact()) {
        classes.computeIfAbsent(one.equivalenceClass(), _ -> new ArrayList<>()).add(one);
      }
    }
    return classes;
  }

  /** Names those of one exact class who differ from its majority; false where it has none. */
  private static boolean nameOfClass(
      List<WitnessedAnswer> group, List<WitnessedAnswer> all, List<Named> named) {
    Optional<WitnessedAnswer> most =
        group.stream()
            .filter(one -> 2 * group.stream().filter(one::isSameWork).count() > group.size())
            .findFirst();
    if (most.isPresent()) {
      for (WitnessedAnswer one : group) {
        if (!one.isSameWork(most.get())) {
          boolean sameText = one.text().equals(most.get().text());
          named.add(new Named(one.node(), sameText ? Why.NUMBERS : Why.OUTPUT));
        }
      }
      return true;
    }
    // Two of a class against each other: nodes of other classes that made one's text decide.
    Optional<WitnessedAnswer> backed =
        group.stream()
            .filter(
                one ->
                    2
                            * all.stream()
                                .filter(o -> o.outputDigest().equals(one.outputDigest()))
                                .count()
                        > all.size())
            .findFirst();
    if (backed.isEmpty()) {
      return false;
    }
    List<WitnessedAnswer> others =
        group.stream()
            .filter(one -> !one.outputDigest().equals(backed.get().outputDigest()))
            .toList();
    others.forEach(one -> named.add(new Named(one.node(), Why.OUTPUT)));
    // Both made the text, so one of them made up its numbers.
    return !others.isEmpty();
  }

  /** Of those that are left: by text, and where that differs by what it means. */
  private static Agreement ofMeaning(
      List<WitnessedAnswer> left, Optional<Dispersion.Embedder> embedder) {
    OptionalDouble none = OptionalDouble.empty();
    if (left.stream().map(WitnessedAnswer::outputDigest).distinct().count() <= 1) {
      return new Agreement(Outcome.IDENTICAL, List.of(), none);
    }
    if (embedder.isEmpty()) {
      return new Agreement(
          areRounded(left) ? Outcome.ROUNDED : Outcome.UNMEASURED, List.of(), none);
    }
    Dispersion spread =
        Dispersion.of(left.stream().map(WitnessedAnswer::text).toList(), embedder.get());
    OptionalDouble distance = OptionalDouble.of(spread.largest());
    if (spread.scattered()) {
      return new Agreement(
          areRounded(left) ? Outcome.ROUNDED : Outcome.SCATTERED, List.of(), distance);
    }
    List<Named> named = new ArrayList<>();
    for (int place : spread.outliers()) {
      WitnessedAnswer apart = left.get(place);
      boolean rounded =
          left.stream()
              .filter(one -> !spread.outliers().contains(left.indexOf(one)))
              .allMatch(one -> areRounded(apart, one));
      if (!rounded) {
        named.add(new Named(apart.node(), Why.MEANING));
      }
    }
    if (!named.isEmpty()) {
      return new Agreement(Outcome.OUTLIERS, named, distance);
    }
    return new Agreement(
        spread.outliers().isEmpty() ? Outcome.SAME_MEANING : Outcome.ROUNDED, List.of(), distance);
  }

  private static boolean areRounded(List<WitnessedAnswer> answers) {
    return answers.stream()
        .allMatch(one -> answers.stream().allMatch(other -> areRounded(one, other)));
  }

  /** Of one exact class nothing is rounded otherwise. */
  private static boolean areRounded(WitnessedAnswer one, WitnessedAnswer other) {
    return one.outputDigest().equals(other.outputDigest())
        || (!(one.isExact() && one.equivalenceClass().equals(other.equivalenceClass()))
            && Rounding.explains(one, other));
  }
}
