package io.myelin.protocol.work;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How likely scores are of honest answers and of the nearest cheat's, as measured. A score's mean
 * distance falls into one of a few bins, each with about an equal share of both sides' measured
 * answers, where both count for half; the ratio of a bin is that of its counts, each with one added
 * (Laplace). So nothing is assumed about how distances are spread, and a ratio is never surer than
 * the number of answers behind it. The largest distance and the tokens outside the checker's likely
 * ones do not count: at temperature 1 an honest node draws from the edge of its 256 candidates,
 * too, where the checker has others.
 *
 * @param key what it was measured of
 * @param cheat what the dishonest answers came from
 * @param bands by number of tokens, rising
 */
@JsonPropertyOrder({"key", "cheat", "bands"})
public record Calibration(Key key, String cheat, List<Band> bands) {
  private static final int BINS = 6;
  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES);

  /**
   * What a calibration holds for.
   *
   * @param model catalogue id
   * @param weights type of weights
   * @param weightsDigest SHA-256 of their file, in hexadecimal: what nodes sign for
   * @param nodeClass equivalence class of the nodes, which names the engine's build too
   * @param checkerClass equivalence class of the checker
   */
  @JsonPropertyOrder({"model", "weights", "weightsDigest", "nodeClass", "checkerClass"})
  public record Key(
      String model, String weights, String weightsDigest, String nodeClass, String checkerClass) {}

  /**
   * Counts for answers of a length.
   *
   * @param leastTokens tokens of an answer for it to count here; the longest band that fits is used
   * @param edgesQ10 mean distances between bins, rising; one less than bins
   * @param honest answers in each bin
   * @param cheating answers in each bin
   */
  @JsonPropertyOrder({"leastTokens", "edgesQ10", "honest", "cheating"})
  public record Band(
      int leastTokens, List<Double> edgesQ10, List<Integer> honest, List<Integer> cheating) {

    /** Checks that the parts fit each other. */
    public Band {
      edgesQ10 = List.copyOf(edgesQ10);
      honest = List.copyOf(honest);
      cheating = List.copyOf(cheating);
      int bins = edgesQ10.size() + 1;
      if (leastTokens < 1 || honest.size() != bins || cheating.size() != bins) {
        throw new IllegalArgumentException(
            "band of %d tokens: %d and %d bins (expected: >= 1 token, %d bins each)"
                .formatted(leastTokens, honest.size(), cheating.size(), bins));
      }
      for (int i = 0; i < bins; i++) {
        boolean falls = i > 0 && i < bins - 1 && !(edgesQ10.get(i) >= edgesQ10.get(i - 1));
        if (falls || honest.get(i) < 0 || cheating.get(i) < 0) {
          throw new IllegalArgumentException(
              "band of %d tokens: bin %d (expected: rising edges, counts >= 0)"
                  .formatted(leastTokens, i));
        }
      }
    }

    /** The bin that a mean distance falls into, from 0. */
    public int bin(double meanQ10) {
      int bin = 0;
      while (bin < edgesQ10.size() && meanQ10 > edgesQ10.get(bin)) {
        bin++;
      }
      return bin;
    }

    /** Natural logarithm of how much likelier a bin is from the cheat than from an honest node. */
    public double ratio(int bin) {
      return StrictMath.log(share(cheating, bin) / share(honest, bin));
    }

    private static double share(List<Integer> counts, int bin) {
      int total = counts.stream().mapToInt(Integer::intValue).sum();
      return (counts.get(bin) + 1.0) / (total + counts.size());
    }
  }

  /** Copies. */
  public Calibration {
    bands = bands.stream().sorted(Comparator.comparingInt(Band::leastTokens)).toList();
  }

  /**
   * Natural logarithm of how much likelier a score is from the cheat than from an honest node; 0
   * for answers shorter than any band.
   */
  public double logLikelihoodRatio(WorkScore score) {
    Optional<Band> band =
        bands.stream()
            .filter(one -> one.leastTokens() <= score.tokens())
            .reduce((shorter, longer) -> longer);
    return band.map(one -> one.ratio(one.bin(score.meanQ10()))).orElse(0.0);
  }

  /**
   * Counts what was measured.
   *
   * @param leastTokens lengths of the bands; scores of another length count where they fit
   */
  public static Calibration fit(
      Key key,
      String cheat,
      List<Integer> leastTokens,
      List<WorkScore> honest,
      List<WorkScore> cheating) {
    List<Integer> rising = leastTokens.stream().sorted().toList();
    List<Band> bands = new ArrayList<>();
    for (int i = 0; i < rising.size(); i++) {
      int least = rising.get(i);
      int below = i + 1 < rising.size() ? rising.get(i + 1) : Integer.MAX_VALUE;
      bands.add(band(least, within(honest, least, below), within(cheating, least, below)));
    }
    return new Calibration(key, cheat, bands);
  }

  private static List<WorkScore> within(List<WorkScore> scores, int least, int below) {
    return scores.stream()
        .filter(score -> score.tokens() >= least && score.tokens() < below)
        .toList();
  }

  private static Band band(int least, List<WorkScore> honest, List<WorkScore> cheating) {
    List<Double> edges = edges(honest, cheating);
    Integer[] zero = new Integer[edges.size() + 1];
    Arrays.fill(zero, 0);
    Band empty = new Band(least, edges, Arrays.asList(zero.clone()), Arrays.asList(zero.clone()));
    return new Band(least, edges, counts(empty, honest), counts(empty, cheating));
  }

  /** Each side counts for half, however many were measured of it: bins for both, not for most. */
  private static List<Double> edges(List<WorkScore> honest, List<WorkScore> cheating) {
    record Weighed(double meanQ10, double weight) {}
    List<Weighed> all = new ArrayList<>();
    honest.forEach(score -> all.add(new Weighed(score.meanQ10(), 1.0 / honest.size())));
    cheating.forEach(score -> all.add(new Weighed(score.meanQ10(), 1.0 / cheating.size())));
    all.sort(Comparator.comparingDouble(Weighed::meanQ10));
    double total = (honest.isEmpty() ? 0 : 1) + (cheating.isEmpty() ? 0 : 1);
    List<Double> edges = new ArrayList<>();
    double below = 0;
    for (Weighed one : all) {
      below += one.weight();
      // A hair less, since sums of floats fall short of what they should be.
      while (edges.size() < BINS - 1 && below >= total * (edges.size() + 1) / BINS - 1e-9) {
        edges.add(one.meanQ10());
      }
    }
    return edges;
  }

  private static List<Integer> counts(Band band, List<WorkScore> scores) {
    int[] counts = new int[band.edgesQ10().size() + 1];
    scores.forEach(score -> counts[band.bin(score.meanQ10())]++);
    return Arrays.stream(counts).boxed().toList();
  }

  /** As JSON, which {@link #parse} reads. */
  public static String toJson(List<Calibration> calibrations) {
    try {
      return MAPPER.writeValueAsString(calibrations);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records can be written", e);
    }
  }

  /**
   * Reads JSON.
   *
   * @throws IllegalArgumentException if it is no list of calibrations
   */
  public static List<Calibration> parse(String json) {
    try {
      return List.of(MAPPER.readValue(json, Calibration[].class));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("calibrations: " + e.getOriginalMessage(), e);
    }
  }
}
