package io.myelin.protocol.reputation;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** Why a node is drawn as often as it is, in words for people. */
public final class ReputationWords {
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'").withZone(ZoneOffset.UTC);

  private ReputationWords() {}

  /**
   * In one sentence.
   *
   * @param nowSeconds the time that its weight is of
   * @param suspension the verdict that keeps it out, if one does
   */
  public static String why(
      Reputation reputation, long nowSeconds, Optional<Suspension> suspension) {
    return suspension
        .map(ReputationWords::suspended)
        .orElseGet(
            () ->
                often(reputation.weight(nowSeconds))
                    + reputation
                        .decisive(nowSeconds)
                        .map(stage -> because(stage, reputation.isFlawless(nowSeconds)))
                        .orElse(": nothing is known of it yet"));
  }

  /** Which verdict, when, by which evidence, and until when. */
  public static String suspended(Suspension by) {
    return "suspended by a verdict on %s, evidence 0x%s: %s; never drawn, and no time ends that"
        .formatted(
            DATE.format(Instant.ofEpochSecond(by.sinceSeconds())),
            by.evidence(),
            by.fraud()
                ? "a committee found work of it to be false"
                : "a committee found that it may not serve");
  }

  /** What the owner of a suspended node can do. */
  public static String advice(Suspension by) {
    return by.fraud()
        ? "compare the weights that it serves with those that the subnet lists; if it served what"
            + " it should (./myelin stake node evidence fetches what it was convicted by), other"
            + " owners can overturn the verdict while it can be appealed: ./myelin stake node"
            + " appeal; else its stake stays where it is, and with another key"
            + " one begins anew: ./myelin stake node add"
        : "ask the validators what they found; only a committee's verdict could reinstate it, and"
            + " no validator signs one yet, so its stake stays where it is; with another key one"
            + " begins anew: ./myelin stake node add";
  }

  private static String often(long weight) {
    if (weight == Reputation.NEW_WEIGHT) {
      return "drawn a quarter as often as the best";
    }
    if (weight <= Reputation.LEAST_WEIGHT) {
      return "drawn least of all, a hundredth as often as the best";
    }
    return "drawn %d.%d %% as often as the best".formatted(weight / 10, weight % 10);
  }

  private static String because(Reputation.StageView of, boolean flawless) {
    String stage = of.stage().name().toLowerCase(Locale.ROOT);
    if (flawless) {
      return ": nothing bad is known of it, and most of %s (%d of %d well, %s)"
          .formatted(things(of.stage()), of.successes(), of.attempts(), stage);
    }
    long failed = of.attempts() - of.successes();
    return failed == 0
        ? ": what it missed long ago is not forgotten yet (%s)".formatted(stage)
        : ": %d of %d %s %s (%s)"
            .formatted(failed, of.attempts(), things(of.stage()), failure(of.stage()), stage);
  }

  private static String things(NodeStage stage) {
    return switch (stage) {
      case REQUEST -> "tasks asked of it";
      case CREATE -> "topics of test rounds";
      case PREPARE -> "questions of test rounds";
      case START -> "test rounds";
      case PRECOMMIT -> "answers to bind";
      case COMMIT -> "answers to deliver on chain";
      case END -> "paid sessions";
      case CORRECTNESS -> "checks of its answers";
      case PING -> "calls";
      case DELIVERY -> "deliveries";
    };
  }

  private static String failure(NodeStage stage) {
    return switch (stage) {
      case REQUEST -> "were not taken";
      case CREATE, PREPARE -> "were not made in time";
      case START -> "began without it";
      case PRECOMMIT -> "were not bound in time";
      case COMMIT -> "did not come, or not as bound";
      case END -> "were not finished";
      case CORRECTNESS -> "found them wrong";
      case PING -> "were not answered";
      case DELIVERY -> "did not arrive";
    };
  }
}
