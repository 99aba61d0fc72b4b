package io.myelin.cli.round;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Times;
import io.myelin.client.Endpoint;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.RoundCalls;
import io.myelin.contracts.Cognitive;
import io.myelin.protocol.cognitive.CognitiveAnswer;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.poi.Dispersion;
import io.myelin.protocol.reputation.StageMark;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.ReadRoundReply;
import java.io.PrintWriter;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows one round. */
@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    description = {
      "One round: who does what, the topic, the questions, each answer, and what it was worth.",
      "",
      "right      to the last bit what the model says, by a committee's word",
      "wrong      it cannot be that, it is another node's, or it was never handed in",
      "unjudged   nobody could tell: another processor's, for example",
      "distance   how far its meaning lies from the others' (median cosine distance, 0 to 2), where",
      "           a validator measures it. Above 0.25 somebody should look; it marks nobody.",
      "",
      "With --marks the round's validators give each answer marks with their own models: whether it",
      "is useful for its questions, and correct, 0 to 1000. Among them they are given answers of",
      "known quality, mixed in by this command: right ones of other rounds, whole and spoilt. Whose",
      "marks of those are no better than a guess do not count. The mark is the median of the",
      "others. It pays and punishes nobody.",
      "",
      "Stages and what was right are the chain's. Texts are held by validators, in memory, for some time."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin round show              the newest",
      "  ./myelin round show 14935512     by its number, see ./myelin round list",
      "  ./myelin round show --marks      the newest, with marks of its answers"
    })
final class ShowCommand extends MyelinCommand {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Parameters(arity = "0..1", paramLabel = "NUMBER", description = "Default: the newest round.")
  private @Nullable Long number;

  @Option(
      names = "--validator",
      paramLabel = "URL",
      description = "A validator to ask for texts (repeatable). Default: the devnet's.")
  private List<String> validators = List.of();

  @Option(names = "--marks", description = "Have validators mark the answers; takes a minute.")
  private boolean marks;

  @Override
  public Integer call() throws InterruptedException {
    try (ChainAccess network = where.open()) {
      RoundHistory history = new RoundHistory(network);
      long wanted =
          number != null
              ? number
              : history.newest(1).stream()
                  .findFirst()
                  .orElseThrow(() -> new CommandException("there is no round yet"));
      RoundView round =
          history
              .reader()
              .round(wanted)
              .orElseThrow(
                  () ->
                      new CommandException(
                          "there is no round " + wanted + ": see ./myelin round list"));
      List<URI> urls =
          validators.isEmpty()
              ? network.devnetValidators()
              : validators.stream().map(Endpoint::address).toList();
      try (CommitteeClient committee =
          CommitteeClient.connect(
              urls,
              network.chain(),
              network.contracts(),
              // Reading takes no key.
              OperatorKey.generate(new SecureRandom()),
              CommitteeSettings.standard())) {
        print(round, history.events(wanted), history, network, committee.rounds());
        if (marks) {
          new RoundMarks(committee, history, out()).print(round, new SecureRandom());
        }
      }
      out().flush();
      return CommandLine.ExitCode.OK;
    }
  }

  private void print(
      RoundView round,
      List<Cognitive.Event> events,
      RoundHistory history,
      ChainAccess network,
      RoundCalls calls)
      throws InterruptedException {
    PrintWriter out = out();
    long nowSeconds = network.nowSeconds();
    out.println("round      " + round.number());
    out.println("began      " + Times.at(round.beganSeconds(), nowSeconds));
    out.println(
        "stage      "
            + RoundHistory.name(round.phase())
            + (round.phase().isEnd()
                ? ""
                : ", until " + Times.at(round.round().dueAtSeconds(), nowSeconds)));
    Map<Address, StageMark> marks = history.marks(events);
    made("topic", round.creator(), round.topicDigest(), marks, round, calls);
    made("questions", round.preparer(), round.questionsDigest(), marks, round, calls);
    for (Address node : round.round().drawn()) {
      CognitiveAnswer answer = round.round().answers().get(node);
      if (answer != null) {
        out.println();
        answer(node, answer, Optional.ofNullable(marks.get(node)), round, calls);
      }
    }
    for (Cognitive.Event event : events) {
      if (event instanceof Cognitive.NodeMissedEvent missed) {
        out.println();
        out.println(
            "missed     %s, at %s"
                .formatted(missed.node(), RoundHistory.name(CognitivePhase.of(missed.phase()))));
      }
    }
  }

  private void made(
      String what,
      Address node,
      Digest digest,
      Map<Address, StageMark> marks,
      RoundView round,
      RoundCalls calls)
      throws InterruptedException {
    PrintWriter out = out();
    if (digest.equals(Digest.ZERO)) {
      out.println("%-10s not yet, by %s".formatted(what, node));
      return;
    }
    Optional<ReadRoundReply> shown = calls.show(round.number(), digest);
    String worth =
        round.phase() == CognitivePhase.ENDED
            ? ": " + worth(Optional.ofNullable(marks.get(node)))
            : "";
    out.println("%-10s by %s%s%s".formatted(what, node, worth, tokens(shown)));
    text(shown);
  }

  private static String worth(Optional<StageMark> mark) {
    return mark.map(one -> one == StageMark.SUCCESS ? "right" : "wrong").orElse("unjudged");
  }

  private void answer(
      Address node,
      CognitiveAnswer answer,
      Optional<StageMark> mark,
      RoundView round,
      RoundCalls calls)
      throws InterruptedException {
    PrintWriter out = out();
    Optional<Digest> digest = answer.answerDigest();
    if (digest.isEmpty()) {
      out.println(
          "answer     by %s: %s".formatted(node, answer.part().name().toLowerCase(Locale.ROOT)));
      return;
    }
    Optional<ReadRoundReply> shown =
        round.isOpened() ? calls.show(round.number(), digest.get()) : Optional.empty();
    String worth = round.phase() != CognitivePhase.ENDED ? "revealed" : worth(mark);
    String distance =
        shown
            .filter(ReadRoundReply::hasDistanceMillis)
            .map(ReadRoundReply::getDistanceMillis)
            .map(
                millis ->
                    ", distance %.3f%s"
                        .formatted(
                            millis / 1_000.0,
                            millis > Dispersion.THRESHOLD * 1_000 ? " (look at it)" : ""))
            .orElse("");
    out.println("answer     by %s: %s%s%s".formatted(node, worth, distance, tokens(shown)));
    text(shown);
  }

  /** What it took to make, by its node's word; nothing once validators keep the text alone. */
  private static String tokens(Optional<ReadRoundReply> shown) {
    if (shown.isEmpty() || shown.get().getContent().isEmpty()) {
      return "";
    }
    try {
      GenerationResult result = RoundWork.of(shown.get().getContent()).content().getResult();
      return ", %d tokens after %d of prompt"
          .formatted(result.getOutputTokens(), result.getPromptTokens());
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private void text(Optional<ReadRoundReply> shown) {
    String text =
        shown
            .map(reply -> reply.getText().isEmpty() ? "(nothing)" : reply.getText())
            .orElse("(no validator that is known shows it)");
    // A node's words: nothing in them may steer a terminal.
    text.lines()
        .map(line -> line.replaceAll("[\\p{Cc}\\p{Cf}]", " "))
        .forEach(line -> out().println("           " + line));
  }
}
