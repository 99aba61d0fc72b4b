package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MarkCalls;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.engine.judge.AnswerJudge;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.EarlierAnswer;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.protocol.usefulness.PlantedAnswer;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import io.myelin.protocol.usefulness.PlantedAnswers;
import io.myelin.protocol.usefulness.PooledMark;
import io.myelin.protocol.usefulness.Reliability;
import io.myelin.v1.QuestionAndAnswer;
import io.myelin.validator.testing.Validators;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers marked by a committee, some of whose members do not do their work. */
class MarksIT {
  private static final Digest SUBJECT = Sha256.hash(new byte[] {3});
  private static final QuestionAndAnswer ANSWER =
      QuestionAndAnswer.newBuilder().setQuestion("What is tea?").setAnswer("A drink.").build();

  /** Whatever the draw: of each question the right answer, and what is wrong with the others. */
  private static final Map<String, Flaw> KNOWN =
      IntStream.range(0, 200)
          .mapToObj(i -> PlantedAnswers.draw(Sha256.hash(new byte[] {(byte) i}), 12))
          .flatMap(List::stream)
          .collect(
              Collectors.toMap(
                  one -> one.question() + one.answer(), PlantedAnswer::flaw, (one, _) -> one));

  private static Optional<Flaw> flaw(String question, String answer) {
    return Optional.ofNullable(KNOWN.get(question + answer));
  }

  /** Knows planted answers, and gives the rest this mark. */
  private static AnswerJudge knowing(int rest) {
    return (question, answer) ->
        CompletableFuture.completedFuture(
            flaw(question, answer)
                .map(
                    flaw ->
                        new Marks(
                            Criterion.USEFULNESS.minds(flaw) ? 10 : 900,
                            Criterion.CORRECTNESS.minds(flaw) ? 10 : 900))
                .orElse(new Marks(rest, rest)));
  }

  private static AnswerJudge always(int mark) {
    return (_, _) -> CompletableFuture.completedFuture(new Marks(mark, mark));
  }

  /** Praises what is bad. */
  private static AnswerJudge spiteful() {
    AnswerJudge honest = knowing(1_000);
    return (question, answer) ->
        honest
            .mark(question, answer)
            .thenApply(marks -> new Marks(1_000 - marks.usefulness(), 1_000 - marks.correctness()));
  }

  private static OwnModels with(AnswerJudge judge) {
    return new OwnModels(Optional.empty(), Optional.empty(), Optional.of(judge));
  }

  private static final List<EarlierAnswer> EARLIER =
      IntStream.range(0, 6)
          .mapToObj(
              i ->
                  new EarlierAnswer(
                      "What is thing " + i / 2 + "?",
                      "Thing %d is one of those that are seen by all and known by few."
                          .formatted(i)))
          .toList();

  /** Knows published answers and, as a model would, what earlier ones say and whether they fit. */
  private static AnswerJudge judging() {
    AnswerJudge published = knowing(800);
    return (question, answer) -> {
      List<EarlierAnswer> whole =
          EARLIER.stream().filter(one -> one.answer().equals(answer)).toList();
      if (EARLIER.stream().noneMatch(one -> one.question().equals(question))) {
        return published.mark(question, answer);
      }
      boolean fits = whole.stream().anyMatch(one -> one.question().equals(question));
      return CompletableFuture.completedFuture(
          new Marks(fits ? 900 : 10, whole.isEmpty() ? 10 : 900));
    };
  }

  private static MarkCalls.Marking marking(Path folder, IntFunction<OwnModels> models)
      throws Exception {
    return marking(folder, models, List.of());
  }

  private static MarkCalls.Marking marking(
      Path folder, IntFunction<OwnModels> models, List<EarlierAnswer> earlier) throws Exception {
    try (ChainWorld world = ChainWorld.start(folder, 5, 1);
        Validators validators = Validators.start(world, folder, models);
        CommitteeClient committee = validators.client(Validators.QUICK)) {
      return committee.marks().mark(SUBJECT, List.of(ANSWER), earlier, new Random(5));
    }
  }

  @Test
  void shouldPoolTheMarksOfThoseWhoKnow(@TempDir Path folder) throws Exception {
    List<OwnModels> models =
        List.of(
            with(knowing(800)),
            with(knowing(820)),
            with(knowing(500)),
            with(always(0)),
            with(spiteful()));
    MarkCalls.Marking marking = marking(folder, models::get);

    PooledMark expected = new PooledMark(800, 20, 3);
    assertThat(marking.answers())
        .containsExactly(Map.of(Criterion.USEFULNESS, expected, Criterion.CORRECTNESS, expected));
    assertThat(marking.members()).hasSize(5);
    assertThat(marking.members().values())
        .extracting(known -> known.get(Criterion.USEFULNESS))
        .extracting(Reliability::thousandths)
        .containsExactlyInAnyOrder(1_000, 1_000, 1_000, 500, 0);
  }

  /** Who reads the source knows each published answer again, and nothing of any other. */
  @Test
  void shouldNotCountWhoKnowsNothingButPublishedAnswers(@TempDir Path folder) throws Exception {
    List<OwnModels> models =
        List.of(
            with(judging()),
            with(judging()),
            with(knowing(500)),
            with(knowing(1_000)),
            with(knowing(0)));
    MarkCalls.Marking marking = marking(folder, models::get, EARLIER);

    PooledMark expected = new PooledMark(800, 0, 2);
    assertThat(marking.answers())
        .containsExactly(Map.of(Criterion.USEFULNESS, expected, Criterion.CORRECTNESS, expected));
    for (Criterion criterion : Criterion.values()) {
      assertThat(marking.members().values())
          .extracting(known -> known.get(criterion))
          .extracting(Reliability::thousandths)
          .containsExactlyInAnyOrder(1_000, 1_000, 500, 500, 500);
    }
  }

  @Test
  void shouldSayNothingWhereNobodyKnows(@TempDir Path folder) throws Exception {
    MarkCalls.Marking marking =
        marking(folder, number -> number == 0 ? OwnModels.NONE : with(always(number * 100)));
    assertThat(marking.answers()).containsExactly(Map.of());
    // Who has no model says so, and is none of those who marked.
    assertThat(marking.members()).hasSize(4);
  }
}
