package io.myelin.contracts.differential;

import io.myelin.chain.EventLog;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.differential.Committee.Attested;
import io.myelin.protocol.cognitive.CognitiveAnswer;
import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.cognitive.CognitiveEffect;
import io.myelin.protocol.cognitive.CognitiveEvent;
import io.myelin.protocol.cognitive.CognitiveMachine;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.CognitiveRound;
import io.myelin.protocol.cognitive.CognitiveStep;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.settlement.Approvals;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One round, in Java, and the steps that the contract has to answer alike. */
final class CognitiveWorld {
  private static final Digest ROUND_REQUEST =
      Words.text("RoundRequest(bytes32 roundId,bytes32 nodesDigest,uint8 responders)");
  private static final Digest ROUND_RESULT =
      Words.text("RoundResult(bytes32 roundId,bytes32 resultDigest)");
  private static final long ROUND_SECONDS = 600;
  private static final Salt SALT = Salt.of(Words.text("salt").bytes());
  private static final Map<CognitiveStep.Reason, String> ERRORS =
      Map.of(
          CognitiveStep.Reason.WRONG_PHASE, "WrongPhase",
          CognitiveStep.Reason.TOO_LATE, "TooLate",
          CognitiveStep.Reason.NOT_DUE, "NotDue",
          CognitiveStep.Reason.NOT_ALLOWED, "NotAllowed",
          CognitiveStep.Reason.DUPLICATE, "Duplicate",
          CognitiveStep.Reason.BAD_NODES, "BadNodes");

  private final Network network;
  private final Cognitive contract;
  private final Digest id;
  private final List<Step> steps = new ArrayList<>();
  private long nowSeconds;
  private CognitiveRound round;

  /** A round of the first nodes that are there. */
  CognitiveWorld(Network network, int drawn, int responders) {
    this.network = network;
    this.contract = network.contracts().cognitive();
    nowSeconds = network.nowSeconds() + 1;
    long number = nowSeconds / ROUND_SECONDS;
    id = Words.hash(ROUND_REQUEST, number);
    List<Address> nodes = network.nodes(drawn);
    round = CognitiveRound.begin(nodes, responders, nowSeconds);
    Digest content = Words.hash(ROUND_REQUEST, id, Approvals.nodesDigest(nodes), responders);
    Attested word = network.newest(id).attest(3, ROUND_REQUEST, id, content);
    steps.add(
        Step.quiet(
            "request",
            nowSeconds,
            Network.STRANGER,
            contract.request(number, responders, nodes, word.seats(), word.signatures()),
            Optional.empty(),
            List.of(view())));
  }

  List<Step> steps() {
    return steps;
  }

  CognitiveRound round() {
    return round;
  }

  void act(CognitiveCommand command) {
    nowSeconds += command.waitSeconds();
    CognitiveEvent event =
        switch (command.kind()) {
          case PROGRESS -> progress(command.choice());
          case DEADLINE -> {
            nowSeconds = Math.max(nowSeconds, round.dueAtSeconds());
            yield new CognitiveEvent.Enforced();
          }
          case CREATE -> new CognitiveEvent.Created(anybody(command.choice()), Words.text("topic"));
          case PREPARE ->
              new CognitiveEvent.Prepared(anybody(command.choice()), Words.text("questions"));
          case START -> new CognitiveEvent.Started(anybody(command.choice()));
          case PRECOMMIT ->
              new CognitiveEvent.Precommitted(
                  anybody(command.choice()),
                  command.choice() % 7 == 0 ? Digest.ZERO : bound(anybody(command.choice())));
          case COMMIT ->
              new CognitiveEvent.Committed(
                  anybody(command.choice()),
                  SALT,
                  command.choice() % 7 == 0 ? Digest.ZERO : answer(anybody(command.choice())));
          case LIE ->
              new CognitiveEvent.Committed(anybody(command.choice()), SALT, Words.text("lie"));
          case JUDGE -> judged(command.choice());
          case ENFORCE -> new CognitiveEvent.Enforced();
        };
    take(event);
  }

  private CognitiveEvent progress(int choice) {
    return switch (round.phase()) {
      case CREATE ->
          new CognitiveEvent.Created(round.drawn().get(round.creator()), Words.text("topic"));
      case PREPARE ->
          new CognitiveEvent.Prepared(round.drawn().get(round.preparer()), Words.text("questions"));
      case START -> new CognitiveEvent.Started(one(Part.ASKED, choice));
      case PRECOMMIT -> {
        Address node = one(Part.STARTED, choice);
        yield new CognitiveEvent.Precommitted(node, bound(node));
      }
      case COMMIT -> {
        Address node = one(Part.BOUND, choice);
        yield new CognitiveEvent.Committed(node, SALT, answer(node));
      }
      case JUDGE, ENDED, FAILED -> judged(choice);
    };
  }

  private Address anybody(int choice) {
    int all = round.drawn().size() + 1;
    return choice % all == round.drawn().size()
        ? Network.STRANGER
        : round.drawn().get(choice % all);
  }

  private Address one(Part part, int choice) {
    List<Address> there = standing(part);
    return there.get(choice % there.size());
  }

  private List<Address> standing(Part part) {
    return round.drawn().stream()
        .filter(
            node -> {
              CognitiveAnswer answer = round.answers().get(node);
              return answer != null && answer.part() == part;
            })
        .toList();
  }

  private static Digest answer(Address node) {
    return Words.hash(Words.text("answer"), node);
  }

  private static Digest bound(Address node) {
    return Sha256.hash(SALT, answer(node));
  }

  /** Those who revealed, some who made the round, now and then one who did neither. */
  private CognitiveEvent.Judged judged(int choice) {
    List<Address> right = new ArrayList<>();
    List<Address> wrong = new ArrayList<>();
    List<Address> revealed = standing(Part.REVEALED);
    for (int i = 0; i < revealed.size(); i++) {
      if ((choice >> i & 1) == 0) {
        right.add(revealed.get(i));
      } else {
        wrong.add(revealed.get(i));
      }
    }
    // Those who made the round too: either, both or none, right or wrong.
    List<Address> makers = round.makers();
    if (choice / 2 % 3 == 0) {
      (choice % 2 == 0 ? right : wrong).add(makers.get(0));
    }
    if (choice / 6 % 3 == 0) {
      (choice % 4 < 2 ? right : wrong).add(makers.get(1));
    }
    if (choice % 5 == 0) {
      wrong.add(anybody(choice));
    }
    return new CognitiveEvent.Judged(right, wrong);
  }

  private void take(CognitiveEvent event) {
    CognitiveStep step = CognitiveMachine.apply(round, event, nowSeconds);
    List<String> told = new ArrayList<>();
    Optional<String> rejection = Optional.empty();
    switch (step) {
      case CognitiveStep.Moved moved -> {
        round = moved.round();
        moved.effects().forEach(effect -> told.add(text(effect)));
      }
      case CognitiveStep.Refused refused ->
          rejection = Optional.of(ERRORS.getOrDefault(refused.reason(), "?"));
    }
    steps.add(
        new Step(
            event.toString(),
            nowSeconds,
            sender(event),
            write(event),
            rejection,
            told,
            logs -> logs.stream().flatMap(log -> text(log).stream()).toList(),
            List.of(view())));
  }

  private static String text(CognitiveEffect effect) {
    return switch (effect) {
      case CognitiveEffect.Marked m ->
          m.node() + " " + m.stage().number() + " " + m.mark().number();
      case CognitiveEffect.Awaits a -> "at " + number(a.phase()) + " until " + a.dueAtSeconds();
      case CognitiveEffect.SpareCalled s -> "spare " + s.node() + " " + number(s.phase());
    };
  }

  private static Optional<String> text(EventLog log) {
    Optional<String> marked =
        NodeStats.event(log)
            .map(
                event ->
                    switch (event) {
                      case NodeStats.RecordedEvent e -> e.node() + " " + e.stage() + " " + e.mark();
                    });
    return marked.or(
        () ->
            Cognitive.event(log)
                .flatMap(
                    event ->
                        switch (event) {
                          case Cognitive.RoundMovedEvent e ->
                              Optional.of("at " + e.phase() + " until " + e.dueAt());
                          case Cognitive.SpareCalledEvent e ->
                              Optional.of("spare " + e.node() + " " + e.phase());
                          default -> Optional.empty();
                        }));
  }

  /** The contract's number; it has none before a round. */
  private static long number(CognitivePhase phase) {
    return phase.number();
  }

  private Step.Question<Cognitive.RoundsAnswer> view() {
    return new Step.Question<>(
        "the round",
        contract.rounds(id),
        said ->
            List.of(said.phase(), said.dueAt(), said.creator(), said.preparer(), said.nextSpare()),
        List.of(
            number(round.phase()),
            round.dueAtSeconds(),
            (long) round.creator(),
            (long) round.preparer(),
            (long) round.nextSpare()));
  }

  private static Address sender(CognitiveEvent event) {
    return switch (event) {
      case CognitiveEvent.Created e -> e.by();
      case CognitiveEvent.Prepared e -> e.by();
      case CognitiveEvent.Started e -> e.by();
      case CognitiveEvent.Precommitted e -> e.by();
      case CognitiveEvent.Committed e -> e.by();
      case CognitiveEvent.Judged _, CognitiveEvent.Enforced _ -> Network.STRANGER;
    };
  }

  private ContractWrite write(CognitiveEvent event) {
    return switch (event) {
      case CognitiveEvent.Created e -> contract.create(id, e.topicDigest());
      case CognitiveEvent.Prepared e -> contract.prepare(id, e.questionsDigest());
      case CognitiveEvent.Started _ -> contract.start(id);
      case CognitiveEvent.Precommitted e -> contract.precommit(id, e.hash());
      case CognitiveEvent.Committed e ->
          contract.commit(id, Digest.of(e.salt().bytes()), e.answerDigest());
      case CognitiveEvent.Judged e -> {
        Digest result = resultDigest(e.right(), e.wrong());
        Attested word =
            network.newest(id).attest(3, ROUND_RESULT, id, Words.hash(ROUND_RESULT, id, result));
        yield contract.end(id, e.right(), e.wrong(), word.seats(), word.signatures());
      }
      case CognitiveEvent.Enforced _ -> contract.enforce(id);
    };
  }

  /** {@code keccak256(abi.encode(right, wrong))}. */
  private static Digest resultDigest(List<Address> right, List<Address> wrong) {
    List<Object> words = new ArrayList<>();
    words.add(64);
    words.add(32 * (3 + right.size()));
    words.add(right.size());
    words.addAll(right);
    words.add(wrong.size());
    words.addAll(wrong);
    return Words.hash(words.toArray());
  }
}
