package io.myelin.cli.round;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MarkCalls;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.EarlierAnswer;
import io.myelin.protocol.usefulness.PooledMark;
import io.myelin.protocol.usefulness.Reliability;
import io.myelin.v1.QuestionAndAnswer;
import io.myelin.v1.ReadRoundReply;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Has a round's answers marked and says what came of it. */
final class RoundMarks {
  /** Rounds that are looked through for answers to plant. */
  private static final int MOST_ROUNDS = 16;

  /** More say no more, and take longer. */
  private static final int MOST_EARLIER = 12;

  private final CommitteeClient committee;
  private final RoundHistory history;
  private final PrintWriter out;

  RoundMarks(CommitteeClient committee, RoundHistory history, PrintWriter out) {
    this.committee = committee;
    this.history = history;
    this.out = out;
  }

  void print(RoundView round, RandomGenerator secret) throws InterruptedException {
    out.println();
    Optional<String> questions = text(round, round.questionsDigest());
    Map<Digest, List<Address>> nodes = new LinkedHashMap<>();
    Map<Digest, String> texts = new LinkedHashMap<>();
    if (round.isOpened()) {
      for (Address node : round.revealed()) {
        Digest digest = round.answerDigest(node).orElseThrow();
        nodes.computeIfAbsent(digest, _ -> new ArrayList<>()).add(node);
        text(round, digest).ifPresent(text -> texts.put(digest, text));
      }
    }
    if (questions.isEmpty() || texts.isEmpty()) {
      out.println("marks      none: no validator shows questions and answers");
      return;
    }
    List<EarlierAnswer> earlier = earlier(round.number());
    out.println(
        "marks      asking the validators, with planted answers among the round's, made of %d of other rounds ..."
            .formatted(earlier.size()));
    out.flush();
    MarkCalls.Marking marking =
        committee
            .marks()
            .mark(
                round.id(),
                texts.values().stream().map(text -> pair(questions.get(), text)).toList(),
                earlier,
                secret);
    int i = 0;
    for (Digest digest : texts.keySet()) {
      Map<Criterion, PooledMark> marks = marking.answers().get(i++);
      for (Address node : nodes.getOrDefault(digest, List.of())) {
        out.println("           %s: %s".formatted(node, words(marks)));
      }
    }
    marking
        .members()
        .forEach(
            (owner, reliability) ->
                out.println(
                    "           by the validator of %s, %s".formatted(owner, words(reliability))));
    if (marking.members().isEmpty()) {
      out.println(
          "           no validator marked anything: none has a model for text, or all are busy");
    }
  }

  /** What committees found right in other rounds, as far as validators still show it. */
  private List<EarlierAnswer> earlier(long number) throws InterruptedException {
    List<EarlierAnswer> earlier = new ArrayList<>();
    for (long other : history.newest(MOST_ROUNDS)) {
      Optional<RoundView> round =
          other == number || earlier.size() >= MOST_EARLIER
              ? Optional.empty()
              : history.reader().round(other);
      if (round.isEmpty() || round.get().phase() != CognitivePhase.ENDED) {
        continue;
      }
      Map<Address, StageMark> marks = history.marks(history.events(other));
      Optional<String> questions = text(round.get(), round.get().questionsDigest());
      for (Address node : round.get().revealed()) {
        if (questions.isPresent() && marks.get(node) == StageMark.SUCCESS) {
          text(round.get(), round.get().answerDigest(node).orElseThrow())
              .ifPresent(text -> earlier.add(new EarlierAnswer(questions.get(), text)));
        }
      }
    }
    return earlier;
  }

  private Optional<String> text(RoundView round, Digest digest) throws InterruptedException {
    return digest.equals(Digest.ZERO)
        ? Optional.empty()
        : committee.rounds().show(round.number(), digest).map(ReadRoundReply::getText);
  }

  private static QuestionAndAnswer pair(String question, String answer) {
    return QuestionAndAnswer.newBuilder().setQuestion(question).setAnswer(answer).build();
  }

  private static String words(Map<Criterion, ?> values) {
    List<String> parts = new ArrayList<>();
    for (Criterion criterion : Criterion.values()) {
      parts.add(criterion.name().toLowerCase(Locale.ROOT) + " " + word(values.get(criterion)));
    }
    return String.join(", ", parts);
  }

  private static String word(@Nullable Object value) {
    return switch (value) {
      case null -> "unknown, since no validator's marks count";
      case PooledMark mark ->
          "%d (+-%d, %d validators)"
              .formatted(mark.thousandths(), mark.spreadThousandths(), mark.members());
      case Reliability reliability ->
          "%.2f of planted pairs in order%s"
              .formatted(
                  reliability.thousandths() / 1_000.0,
                  reliability.counts() ? "" : ", which does not count");
      default -> throw new IllegalStateException("value: " + value);
    };
  }
}
