package io.myelin.compute.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.compute.round.RoundConduct;
import io.myelin.protocol.cognitive.CognitiveAnswer;
import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.CognitiveRound;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent.Kind;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

class FaultyConductTest {
  private static final Random RANDOM = new Random(5);
  private static final List<Address> DRAWN =
      Stream.generate(() -> OperatorKey.generate(RANDOM).address()).limit(4).toList();
  private static final Address SELF = DRAWN.get(2);
  private static final Address OTHER = DRAWN.get(3);
  private static final Digest ANSWER = Sha256.hash(new byte[] {1});
  private static final Salt SALT = Salt.of(Sha256.hash(new byte[] {2}).bytes());
  private static final Digest PROMISE = Sha256.hash(SALT, ANSWER);
  private static final RoundConduct.Revealed NOBODY = _ -> Optional.empty();
  private static final Step MAKE = new Step.Make(Kind.KIND_ANSWER, Optional.empty(), false);

  private static RoundView view(CognitivePhase phase, CognitiveAnswer own, CognitiveAnswer other) {
    PMap<Address, CognitiveAnswer> answers = TreePMap.empty();
    answers = answers.plus(SELF, own).plus(OTHER, other);
    return new RoundView(
        7,
        new RoundView.Times(600, 300),
        new CognitiveRound(DRAWN, phase, 300, 0, 1, 4, answers),
        Digest.ZERO,
        Digest.ZERO);
  }

  private static CognitiveAnswer at(Part part, Digest precommit, Digest answer) {
    return new CognitiveAnswer(
        part,
        Optional.ofNullable(precommit.equals(Digest.ZERO) ? null : precommit),
        Optional.ofNullable(answer.equals(Digest.ZERO) ? null : answer));
  }

  private static RoundConduct with(String fault) {
    return NodeFaults.rounds(List.of(Fault.parse(fault)));
  }

  @Test
  void copiesWhatAnotherIsBoundToAndThenItsReveal() {
    RoundConduct copying = with("copy");
    CognitiveAnswer waiting = at(Part.STARTED, Digest.ZERO, Digest.ZERO);
    CognitiveAnswer bound = at(Part.BOUND, PROMISE, Digest.ZERO);
    CognitiveAnswer revealed = at(Part.REVEALED, PROMISE, ANSWER);

    // Nobody is bound yet: it waits, and computes nothing.
    assertThat(copying.act(view(CognitivePhase.PRECOMMIT, waiting, waiting), SELF, MAKE, NOBODY))
        .isEqualTo(new Step.Rest());
    assertThat(copying.act(view(CognitivePhase.PRECOMMIT, waiting, bound), SELF, MAKE, NOBODY))
        .isEqualTo(new Step.Precommit(PROMISE));
    Step rest = new Step.Rest();
    assertThat(copying.act(view(CognitivePhase.COMMIT, bound, bound), SELF, rest, NOBODY))
        .isEqualTo(rest);
    RoundConduct.Revealed opened =
        node -> node.equals(OTHER) ? Optional.of(SALT) : Optional.empty();
    assertThat(copying.act(view(CognitivePhase.COMMIT, bound, revealed), SELF, rest, opened))
        .isEqualTo(new Step.Commit(SALT, ANSWER));
    // Whose salt it cannot read, it cannot copy.
    assertThat(copying.act(view(CognitivePhase.COMMIT, bound, revealed), SELF, rest, NOBODY))
        .isEqualTo(rest);
    // What else it has to do it does as others.
    Step create = new Step.Create(ANSWER);
    assertThat(copying.act(view(CognitivePhase.CREATE, waiting, waiting), SELF, create, NOBODY))
        .isEqualTo(create);
  }

  @Test
  void isSilentAtItsStageAndNoOther() {
    RoundView round =
        view(
            CognitivePhase.START,
            at(Part.ASKED, Digest.ZERO, Digest.ZERO),
            at(Part.ASKED, Digest.ZERO, Digest.ZERO));
    List<Step> steps =
        List.of(
            new Step.Create(ANSWER),
            new Step.Prepare(ANSWER),
            new Step.Start(),
            new Step.Precommit(PROMISE),
            new Step.Commit(SALT, ANSWER));
    List<String> names = List.of("create", "prepare", "start", "precommit", "commit");
    for (int silent = 0; silent < names.size(); silent++) {
      RoundConduct conduct = with("silent:" + names.get(silent));
      for (int at = 0; at < steps.size(); at++) {
        assertThat(conduct.act(round, SELF, steps.get(at), NOBODY))
            .as("%s at %s", names.get(silent), names.get(at))
            .isEqualTo(at == silent ? new Step.Rest() : steps.get(at));
      }
    }
  }
}
