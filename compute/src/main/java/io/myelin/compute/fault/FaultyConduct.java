package io.myelin.compute.fault;

import io.myelin.compute.round.RoundConduct;
import io.myelin.protocol.cognitive.CognitiveAnswer;
import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.v1.RoundContent.Kind;
import java.util.List;
import java.util.Optional;

/** A node that is silent at a stage of rounds, or answers with what others are bound to. */
final class FaultyConduct implements RoundConduct {
  private final List<Fault> faults;

  FaultyConduct(List<Fault> faults) {
    this.faults = faults;
  }

  @Override
  public Step act(RoundView round, Address self, Step honest, Revealed revealed) {
    Step step = faults.contains(new Fault.Copy()) ? copied(round, self, honest, revealed) : honest;
    return stage(step)
        .filter(stage -> faults.contains(new Fault.Silent(stage)))
        .<Step>map(_ -> new Step.Rest())
        .orElse(step);
  }

  private static Optional<Fault.Stage> stage(Step step) {
    return switch (step) {
      case Step.Create _ -> Optional.of(Fault.Stage.CREATE);
      case Step.Prepare _ -> Optional.of(Fault.Stage.PREPARE);
      case Step.Start _ -> Optional.of(Fault.Stage.START);
      case Step.Precommit _ -> Optional.of(Fault.Stage.PRECOMMIT);
      case Step.Commit _ -> Optional.of(Fault.Stage.COMMIT);
      case Step.Rest _, Step.Forget _, Step.Make _ -> Optional.empty();
    };
  }

  /** It computes no answer: it waits for another's promise, and for that to be opened. */
  private static Step copied(RoundView round, Address self, Step honest, Revealed revealed) {
    if (honest instanceof Step.Make make && make.kind() == Kind.KIND_ANSWER) {
      return others(round, self).stream()
          .flatMap(answer -> answer.precommit().stream())
          .findFirst()
          .<Step>map(Step.Precommit::new)
          .orElseGet(Step.Rest::new);
    }
    CognitiveAnswer own = round.round().answers().get(self);
    if (!(honest instanceof Step.Rest)
        || round.phase() != CognitivePhase.COMMIT
        || own == null
        || own.part() != Part.BOUND) {
      return honest;
    }
    for (Address other : round.round().drawn()) {
      CognitiveAnswer answer = round.round().answers().get(other);
      if (!other.equals(self) && answer != null && answer.precommit().equals(own.precommit())) {
        Optional<Digest> digest = answer.answerDigest();
        Optional<Salt> salt = digest.flatMap(_ -> revealed.saltOf(other));
        if (digest.isPresent() && salt.isPresent()) {
          return new Step.Commit(salt.get(), digest.get());
        }
      }
    }
    return honest;
  }

  private static List<CognitiveAnswer> others(RoundView round, Address self) {
    return round.round().drawn().stream()
        .filter(node -> !node.equals(self))
        .flatMap(node -> Optional.ofNullable(round.round().answers().get(node)).stream())
        .toList();
  }
}
