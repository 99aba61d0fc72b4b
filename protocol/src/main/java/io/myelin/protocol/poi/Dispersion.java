package io.myelin.protocol.poi;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * How far apart answers to one question are in meaning. Each answer's distance is the median of its
 * cosine distances to the others. Who is farther than the threshold from more than half of the
 * others stands apart; as long as fewer than half stand apart, those are the outliers. Where half
 * or more do, nobody can say who is right, and nobody is named.
 *
 * @param distances of each answer, 0 to 2, in the order given; 0 for one that is alone
 * @param outliers places of the answers that stand apart from an agreeing majority
 * @param scattered whether half or more stand apart, so that there is no majority
 */
public record Dispersion(List<Double> distances, List<Integer> outliers, boolean scattered) {
  /** The distance from which on two answers do not mean the same. */
  public static final double THRESHOLD = 0.25;

  /** Copies. */
  public Dispersion {
    distances = List.copyOf(distances);
    outliers = List.copyOf(outliers);
  }

  /** Makes the vectors of texts. */
  public interface Embedder {
    /**
     * One vector for each text, in their order, all of one length.
     *
     * @param texts distinct, two or more
     */
    List<float[]> embed(List<String> texts);
  }

  /**
   * Of answers. Equal ones are embedded once, and where all are equal nothing is embedded.
   *
   * @throws IllegalArgumentException when the vectors are not as many as texts, or not of one
   *     length
   */
  public static Dispersion of(List<String> answers, Embedder embedder) {
    List<String> distinct = List.copyOf(new LinkedHashSet<>(answers));
    if (distinct.size() < 2) {
      return new Dispersion(Collections.nCopies(answers.size(), 0.0), List.of(), false);
    }
    List<float[]> vectors = embedder.embed(distinct);
    if (vectors.size() != distinct.size()) {
      throw new IllegalArgumentException(
          "vectors: " + vectors.size() + " (expected: " + distinct.size() + ", one for each text)");
    }
    Map<String, float[]> byText = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      byText.put(distinct.get(i), vectors.get(i));
    }
    return of(answers.stream().map(byText::get).toList());
  }

  /**
   * Of vectors of any length but nothing; one of nothing but zeros is at distance 1 of all others.
   *
   * @throws IllegalArgumentException when they are not of one length
   */
  public static Dispersion of(List<float[]> vectors) {
    int count = vectors.size();
    List<Double> distances = new ArrayList<>();
    List<Integer> apart = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      List<Double> toOthers = new ArrayList<>();
      for (int j = 0; j < count; j++) {
        if (j != i) {
          toOthers.add(cosineDistance(vectors.get(i), vectors.get(j)));
        }
      }
      long far = toOthers.stream().filter(distance -> distance > THRESHOLD).count();
      if (2 * far > toOthers.size()) {
        apart.add(i);
      }
      distances.add(median(toOthers));
    }
    boolean scattered = !apart.isEmpty() && 2 * apart.size() >= count;
    return new Dispersion(distances, scattered ? List.of() : apart, scattered);
  }

  /** Whether somebody should look: there is an outlier, or no majority. */
  public boolean alarms() {
    return scattered || !outliers.isEmpty();
  }

  /** The largest distance of an answer; 0 when there is none. */
  public double largest() {
    return distances.stream().mapToDouble(Double::doubleValue).max().orElse(0);
  }

  /**
   * 1 less the cosine of the angle between two vectors: 0 for one direction, 2 for opposite ones.
   *
   * @throws IllegalArgumentException when they are not of one length
   */
  public static double cosineDistance(float[] one, float[] other) {
    if (one.length != other.length || one.length == 0) {
      throw new IllegalArgumentException(
          "vectors: of length %d and %d (expected: one length, 1 or more)"
              .formatted(one.length, other.length));
    }
    double product = 0;
    double oneSquare = 0;
    double otherSquare = 0;
    for (int i = 0; i < one.length; i++) {
      product += (double) one[i] * other[i];
      oneSquare += (double) one[i] * one[i];
      otherSquare += (double) other[i] * other[i];
    }
    if (oneSquare == 0 || otherSquare == 0) {
      return 1;
    }
    double cosine = product / (StrictMath.sqrt(oneSquare) * StrictMath.sqrt(otherSquare));
    return 1 - Math.clamp(cosine, -1.0, 1.0);
  }

  /** Of an even number of them the mean of the middle two; 0 of none. */
  private static double median(List<Double> values) {
    if (values.isEmpty()) {
      return 0;
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
