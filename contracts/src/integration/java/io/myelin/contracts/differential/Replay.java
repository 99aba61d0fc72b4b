package io.myelin.contracts.differential;

import io.myelin.chain.RevertReason;
import io.myelin.chain.abi.AbiError;
import io.myelin.chain.abi.Reverts;
import io.myelin.contracts.differential.Simulation.Answer;
import io.myelin.contracts.differential.Simulation.Message;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tells the contracts a history and compares every answer with what Java's machines say. */
final class Replay {
  private static final Reverts REVERTS =
      new Reverts(
          Stream.of(
                  io.myelin.contracts.SessionQueue.ERRORS,
                  io.myelin.contracts.Cognitive.ERRORS,
                  io.myelin.contracts.InferencePayment.ERRORS,
                  io.myelin.contracts.Session.ERRORS,
                  io.myelin.contracts.NodePool.ERRORS,
                  io.myelin.contracts.SubnetRegistry.ERRORS,
                  io.myelin.contracts.ValidatorRegistry.ERRORS,
                  io.myelin.contracts.MyelinToken.ERRORS)
              .<AbiError>flatMap(List::stream)
              .toList());

  private Replay() {}

  /** The first difference, with the history up to it; empty when there is none. */
  static Optional<String> difference(Simulation chain, List<Step> steps) {
    List<Message> messages = new ArrayList<>();
    for (Step step : steps) {
      messages.add(
          new Message(
              step.atSeconds(),
              step.from(),
              step.write().contract().orElseThrow(),
              step.write().data()));
      for (Step.Question<?> q : step.questions()) {
        messages.add(
            new Message(step.atSeconds(), Network.STRANGER, q.read().contract(), q.read().data()));
      }
    }
    Iterator<Answer> answers = chain.run(messages).iterator();
    for (int i = 0; i < steps.size(); i++) {
      String difference = difference(steps.get(i), answers);
      if (!difference.isEmpty()) {
        return Optional.of(difference + history(steps.subList(0, i + 1)));
      }
    }
    return Optional.empty();
  }

  private static String difference(Step step, Iterator<Answer> answers) {
    Answer answer = answers.next();
    Optional<String> rejection =
        answer.succeeded()
            ? Optional.empty()
            : Optional.of(name(REVERTS.decode(answer.returned())));
    List<String> found = new ArrayList<>();
    compare(found, "rejection", step.rejection(), rejection);
    compare(found, "events", step.told(), step.telling().apply(answer.logs()));
    for (Step.Question<?> q : step.questions()) {
      Answer said = answers.next();
      Object view = said.succeeded() ? q.answer(said.returned()) : "no answer";
      compare(found, q.about(), q.expected(), view);
    }
    return String.join("", found);
  }

  private static void compare(List<String> found, String about, Object java, Object contract) {
    if (!java.equals(contract)) {
      found.add("\n%s\n  Java:     %s\n  contract: %s".formatted(about, java, contract));
    }
  }

  private static String name(RevertReason reason) {
    return reason instanceof RevertReason.Custom custom ? custom.name() : reason.text();
  }

  private static String history(List<Step> steps) {
    StringBuilder text = new StringBuilder("\nafter");
    long start = steps.getFirst().atSeconds();
    for (Step step : steps) {
      text.append("\n  %+d s  %s".formatted(step.atSeconds() - start, step.what()));
      step.rejection().ifPresent(error -> text.append("  ✗ ").append(error));
    }
    return text.toString();
  }
}
