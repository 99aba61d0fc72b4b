package io.myelin.protocol.cognitive;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.reputation.NodeStage;
import io.myelin.protocol.reputation.StageMark;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of every round, whoever comes, is silent or lies. */
final class CognitiveMachineProperties {
  private static final Salt SALT = Salt.of(new byte[32]);

  @Property
  void everyRoundEndsInTime(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 16) int responders,
      @ForAll @IntRange(max = 8) int spares) {
    Random random = new Random(seed);
    List<Address> drawn = new ArrayList<>();
    for (int i = 0; i < 2 + responders + spares; i++) {
      drawn.add(Address.of(ByteBuffer.allocate(Address.LENGTH).putInt(16, i + 1).array()));
    }
    long now = 1_000;
    CognitiveRound round = CognitiveRound.begin(drawn, responders, now);
    // Six stages, and once more for each spare.
    long last = now + CognitiveRound.STAGE_SECONDS * (6 + spares);
    Set<String> marked = new HashSet<>();
    while (!round.phase().isEnd()) {
      assertThat(round.dueAtSeconds()).isLessThanOrEqualTo(last);
      CognitiveEvent event;
      if (random.nextInt(8) == 0) {
        now = round.dueAtSeconds();
        event = new CognitiveEvent.Enforced();
      } else {
        event = something(round, random);
      }
      CognitiveRound before = round;
      if (CognitiveMachine.apply(round, event, now) instanceof CognitiveStep.Moved moved) {
        round = moved.round();
        for (CognitiveEffect effect : moved.effects()) {
          if (effect instanceof CognitiveEffect.Marked mark) {
            // Once for each stage, and never for one that it had no part in.
            assertThat(marked.add(mark.node() + "/" + mark.stage())).isTrue();
            assertThat(round.drawn().indexOf(mark.node())).isLessThan(round.nextSpare());
            blameless(before, event, mark);
          }
        }
      }
      assertThat(round.nextSpare()).isLessThanOrEqualTo(drawn.size());
      assertThat(round.answers()).doesNotContainKey(round.drawn().get(round.creator()));
      assertThat(round.answers()).doesNotContainKey(round.drawn().get(round.preparer()));
    }
    assertThat(round.phase() == CognitivePhase.ENDED)
        .isEqualTo(round.count(Part.REVEALED) == 0 && judged(marked));
  }

  private static boolean judged(Set<String> marked) {
    return marked.stream().anyMatch(mark -> mark.endsWith("/" + NodeStage.CORRECTNESS));
  }

  /** Only who was silent beyond its time is marked late, and only who lied is marked a liar. */
  private static void blameless(
      CognitiveRound before, CognitiveEvent event, CognitiveEffect.Marked mark) {
    if (mark.mark() == StageMark.TIMEOUT) {
      assertThat(event).isInstanceOf(CognitiveEvent.Enforced.class);
      CognitiveAnswer answer = before.answers().get(mark.node());
      assertThat(answer == null || answer.part() != Part.REVEALED).isTrue();
    }
    if (mark.mark() == StageMark.INVALID && mark.stage() == NodeStage.COMMIT) {
      assertThat(event)
          .isEqualTo(new CognitiveEvent.Committed(mark.node(), SALT, Sha256.hash(SALT)));
    }
  }

  private static CognitiveEvent something(CognitiveRound round, Random random) {
    Address any = round.drawn().get(random.nextInt(round.drawn().size()));
    Digest answer = Sha256.hash(any);
    return switch (round.phase()) {
      case CREATE -> new CognitiveEvent.Created(any, Digest.ZERO);
      case PREPARE -> new CognitiveEvent.Prepared(any, Digest.ZERO);
      case START -> new CognitiveEvent.Started(any);
      case PRECOMMIT -> new CognitiveEvent.Precommitted(any, Sha256.hash(SALT, answer));
      case COMMIT ->
          new CognitiveEvent.Committed(
              any, SALT, random.nextInt(6) == 0 ? Sha256.hash(SALT) : answer);
      case JUDGE, ENDED, FAILED -> {
        List<Address> right = new ArrayList<>();
        round
            .answers()
            .forEach(
                (node, one) -> {
                  if (one.part() == Part.REVEALED) {
                    right.add(node);
                  }
                });
        yield new CognitiveEvent.Judged(right, random.nextBoolean() ? List.of() : List.of(any));
      }
    };
  }
}
