package io.myelin.committee;

import io.grpc.StatusRuntimeException;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.Criterion;
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

  /** Planted answers of each kind. */
  private static final int PLANTED = 4;

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
   * @param answers at most 48
   * @param secret decides what is planted, and where
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Marking mark(Digest subject, List<QuestionAndAnswer> answers, RandomGenerator secret)
      throws InterruptedException {
    byte[] seed = new byte[Digest.LENGTH];
    secret.nextBytes(seed);
    List<PlantedAnswer> planted = PlantedAnswers.draw(Digest.of(seed), PLANTED);
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
    Map<Address, List<Marks>> told = ask(subject, request, order);
    return marking(answers.size(), planted, told);
  }

  private Map<Address, List<Marks>> ask(Digest subject, MarkRequest request, List<Integer> order)
      throws InterruptedException {
    Map<Address, List<Marks>> told = new ConcurrentSkipListMap<>();
    List<Thread> threads = new ArrayList<>();
    for (Seat seat : seated.newest(subject)) {
      if (seat.operator().isPresent()) {
        threads.add(
            Thread.ofVirtual()
                .name("marks")
                .start(
                    () ->
                        call(seat, request)
                            .filter(reply -> reply.getMarksCount() == order.size())
                            .flatMap(reply -> inOrder(reply, order))
                            .ifPresent(marks -> told.put(seat.owner(), marks))));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return told;
  }

  private static Optional<List<Marks>> inOrder(MarkReply reply, List<Integer> order) {
    Marks[] marks = new Marks[order.size()];
    try {
      for (int i = 0; i < marks.length; i++) {
        AnswerMarks one = reply.getMarks(i);
        marks[order.get(i)] = new Marks(one.getUsefulness(), one.getCorrectness());
      }
    } catch (IllegalArgumentException e) {
      LOG.warn("marks that are none: {}", e.getMessage());
      return Optional.empty();
    }
    return Optional.of(List.of(marks));
  }

  private static Marking marking(
      int answers, List<PlantedAnswer> planted, Map<Address, List<Marks>> told) {
    Map<Address, Map<Criterion, Reliability>> members = new ConcurrentSkipListMap<>();
    told.forEach(
        (owner, marks) -> {
          Map<Criterion, Reliability> reliability = new EnumMap<>(Criterion.class);
          for (Criterion criterion : Criterion.values()) {
            reliability.put(
                criterion,
                Reliability.of(criterion, planted, marks.subList(answers, marks.size())));
          }
          members.put(owner, reliability);
        });
    List<Map<Criterion, PooledMark>> pooled = new ArrayList<>();
    for (int i = 0; i < answers; i++) {
      Map<Criterion, PooledMark> one = new EnumMap<>(Criterion.class);
      for (Criterion criterion : Criterion.values()) {
        List<MemberMark> marks = new ArrayList<>();
        for (Map.Entry<Address, List<Marks>> member : told.entrySet()) {
          Map<Criterion, Reliability> known = members.get(member.getKey());
          marks.add(
              new MemberMark(
                  member.getValue().get(i).of(criterion),
                  known == null
                      ? Reliability.UNKNOWN
                      : known.getOrDefault(criterion, Reliability.UNKNOWN)));
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
