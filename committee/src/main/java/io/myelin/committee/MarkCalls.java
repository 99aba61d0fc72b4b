package io.myelin.committee;

import io.grpc.StatusRuntimeException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.Criterion;
import io.myelin.protocol.usefulness.EarlierAnswer;
import io.myelin.protocol.usefulness.Marks;
import io.myelin.protocol.usefulness.PlantedAnswer;
import io.myelin.protocol.usefulness.PlantedAnswers;
import io.myelin.protocol.usefulness.PooledMark;
import io.myelin.protocol.usefulness.PooledMark.MemberMark;
import io.myelin.protocol.usefulness.Reliability;
import io.myelin.v1.AnswerMarks;
import io.myelin.v1.MarkReply;
import io.myelin.v1.MarkRequest;
import io.myelin.v1.QuestionAndAnswer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has answers marked by the members of a committee. Among the answers are planted ones, in an order
 * that nobody knows but who asks: whose marks of those are no better than a guess does not count.
 * Blocks for a bounded time; for any thread.
 */
public final class MarkCalls {
  private static final Logger LOG = LoggerFactory.getLogger(MarkCalls.class);
  private static final Duration PATIENCE = Duration.ofSeconds(65);

  private final Members members;
  private final SeatedNow seated;

  MarkCalls(Members members, SeatedNow seated) {
    this.members = members;
    this.seated = seated;
  }

  /**
   * What came of it.
   *
   * @param answers for each answer in turn: its mark by each criterion, where any counts
   * @param members how well each that answered told planted answers apart, by the member's owner
   */
  public record Marking(
      List<Map<Criterion, PooledMark>> answers, Map<Address, Map<Criterion, Reliability>> members) {
    /** Copies. */
    public Marking {
      answers = List.copyOf(answers);
      members = Map.copyOf(members);
    }
  }

  /**
   * Asks all members at once.
   *
   * @param subject that the committee is drawn by
   * @param answers at most 40
   * @param earlier answers of other rounds that were found right, to plant among these
   * @param secret decides what is planted, and where
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Marking mark(
      Digest subject,
      List<QuestionAndAnswer> answers,
      List<EarlierAnswer> earlier,
      RandomGenerator secret)
      throws InterruptedException {
    byte[] seed = new byte[Digest.LENGTH];
    secret.nextBytes(seed);
    List<PlantedAnswer> planted = PlantedAnswers.mixed(Digest.of(seed), earlier);
    List<QuestionAndAnswer> all = new ArrayList<>(answers);
    planted.forEach(
        one ->
            all.add(
                QuestionAndAnswer.newBuilder()
                    .setQuestion(one.question())
                    .setAnswer(one.answer())
                    .build()));
    List<Integer> order = new ArrayList<>(IntStream.range(0, all.size()).boxed().toList());
    Collections.shuffle(order, Random.from(secret));
    MarkRequest request =
        MarkRequest.newBuilder().addAllAnswers(order.stream().map(all::get).toList()).build();
    Map<Address, List<Optional<Marks>>> told = ask(subject, request, order);
    return marking(answers.size(), planted, told);
  }

  private Map<Address, List<Optional<Marks>>> ask(
      Digest subject, MarkRequest request, List<Integer> order) throws InterruptedException {
    Map<Address, List<Optional<Marks>>> told = new ConcurrentSkipListMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : seated.newest(subject)) {
      if (seat.operator().isPresent()) {
        threads.add(
            Thread.ofVirtual()
                .name("marks")
                .start(
                    () ->
                        call(seat, request)
                            .filter(reply -> reply.getMarksCount() <= order.size())
                            .flatMap(reply -> inOrder(reply, order))
                            .ifPresent(marks -> told.put(seat.owner(), marks))));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return told;
  }

  /** Who had too little time marked the first ones only. */
  private static Optional<List<Optional<Marks>>> inOrder(MarkReply reply, List<Integer> order) {
    List<Optional<Marks>> marks =
        new ArrayList<>(Collections.nCopies(order.size(), Optional.empty()));
    try {
      for (int i = 0; i < reply.getMarksCount(); i++) {
        AnswerMarks one = reply.getMarks(i);
        marks.set(order.get(i), Optional.of(new Marks(one.getUsefulness(), one.getCorrectness())));
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("marks that are none: {}", e.getMessage());
      return Optional.empty();
    }
    return Optional.of(List.copyOf(marks));
  }

  private static Marking marking(
      int answers, List<PlantedAnswer> planted, Map<Address, List<Optional<Marks>>> told) {
    Map<Address, Map<Criterion, Reliability>> members = new ConcurrentSkipListMap<>();
    told.forEach(
        (owner, marks) -> {
          List<PlantedAnswer> reached = new ArrayList<>();
          List<Marks> given = new ArrayList<>();
          for (int i = 0; i < planted.size(); i++) {
            PlantedAnswer one = planted.get(i);
            marks
                .get(answers + i)
                .ifPresent(
                    mark -> {
                      reached.add(one);
                      given.add(mark);
                    });
          }
          Map<Criterion, Reliability> reliability = new EnumMap<>(Criterion.class);
          for (Criterion criterion : Criterion.values()) {
            reliability.put(criterion, Reliability.of(criterion, reached, given));
          }
          members.put(owner, reliability);
        });
    List<Map<Criterion, PooledMark>> pooled = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      Map<Criterion, PooledMark> one = new EnumMap<>(Criterion.class);
      for (Criterion criterion : Criterion.values()) {
        List<MemberMark> marks = new ArrayList<>();
        for (Map.Entry<Address, List<Optional<Marks>>> member : told.entrySet()) {
          Map<Criterion, Reliability> known = members.get(member.getKey());
          Reliability reliability =
              known == null
                  ? Reliability.UNKNOWN
                  : known.getOrDefault(criterion, Reliability.UNKNOWN);
          member
              .getValue()
              .get(i)
              .ifPresent(mark -> marks.add(new MemberMark(mark.of(criterion), reliability)));
        }
        PooledMark.of(marks).ifPresent(mark -> one.put(criterion, mark));
      }
      pooled.add(one);
    }
    return new Marking(pooled, members);
  }

  private Optional<MarkReply> call(Seat seat, MarkRequest request) {
    try {
      Optional<Members.Member> member = members.of(seat.operator().orElseThrow());
      return member.map(
          one ->
              one.calls()
                  .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                  .mark(request));
    } catch (StatusRuntimeException e) {
      LOG.info("validator of {} marks nothing: {}", seat.owner(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.empty();
  }
}
