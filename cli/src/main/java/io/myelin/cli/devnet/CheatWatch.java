package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import io.myelin.compute.fault.Fault;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.NodeVerdict;
import io.myelin.v1.StoredWork;
import io.myelin.validator.ValidatorNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A little load, until the validators have caught the nodes that cheat; and what became of it, in
 * words.
 */
final class CheatWatch {
  /** Rounds of questions before it gives up; each asks as many as there are nodes. */
  private static final int MOST_ROUNDS = 30;

  /** Of an answer: short ones are enough. */
  private static final int TOKENS = 24;

  private static final long PAUSE_MILLIS = 1_000;
  private static final long COUNT_MILLIS = 500;
  private static final int TOKEN_DECIMALS = 18;

  private static final List<String> QUESTIONS =
      List.of(
          "Name three colours of the rainbow.",
          "What do bees make?",
          "Say in a sentence what a river is.",
          "Which animal says moo?",
          "What is two and two?",
          "Why is the sky blue?");

  private final Devnet devnet;
  private final ClientSession session;
  private final int rounds;
  private final String model;
  private final PrintWriter out;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final Map<Address, Integer> answers = new LinkedHashMap<>();

  /** What they were when this began. */
  private final Map<Address, Integer> before = new LinkedHashMap<>();

  private int asked;

  CheatWatch(Devnet devnet, String model, PrintWriter out) {
    this(devnet, devnet.session(), model, MOST_ROUNDS, out);
  }

  /**
   * The same with another session's load.
   *
   * @param rounds of questions before it gives up; each asks as many as there are nodes
   */
  CheatWatch(Devnet devnet, ClientSession session, String model, int rounds, PrintWriter out) {
    this.session = session;
    this.rounds = rounds;
    this.devnet = devnet;
    this.model = model;
    this.out = out;
    this.chain = devnet.chain().client();
    this.network = devnet.chain().network();
  }

  /** Answers that the network gave until now. */
  int asked() {
    return asked;
  }

  /** Returns whether every node that cheats was caught, and nobody else. */
  boolean untilCaught() {
    Map<Address, Integer> left = cheats();
    Set<Address> condemned = new LinkedHashSet<>();
    count();
    before.putAll(answers);
    out.println("A little load, while the validators look at samples of the work:");
    out.flush();
    for (int round = 0; round < rounds && !left.isEmpty(); round++) {
      ask();
      count();
      pause(PAUSE_MILLIS);
      for (NodePool.JudgedEvent judged : frauds()) {
        if (condemned.add(judged.node())) {
          tell(judged, Optional.ofNullable(left.remove(judged.node())));
        }
      }
    }
    boolean right = left.isEmpty() && condemned.equals(cheats().keySet());
    if (!left.isEmpty()) {
      left.forEach(
          (node, number) ->
              out.printf(
                  "Not caught: compute %d, %s, after %d answers of its own and %d of the network.%n",
                  number, node, answersOf(node), asked));
    } else {
      othersGoOn(condemned);
    }
    out.flush();
    return right;
  }

  /** The nodes that cheat, with their numbers. */
  private Map<Address, Integer> cheats() {
    Map<Address, Integer> all = new LinkedHashMap<>();
    devnet
        .plan()
        .faults()
        .forEach(
            (number, faults) -> {
              if (faults.stream().anyMatch(Fault::cheats)) {
                all.put(devnet.roster().compute().get(number - 1).node(), number);
              }
            });
    return all;
  }

  /** As many questions at once as there are nodes, so that each gets some. */
  private void ask() {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < devnet.computeNodes().size(); i++) {
        String question = QUESTIONS.get((asked + i) % QUESTIONS.size());
        all.add(threads.submit(() -> ask(question)));
      }
      // While they run: what a node had is not told any more once it is sent away.
      while (!all.stream().allMatch(Future::isDone)) {
        count();
        pause(COUNT_MILLIS);
      }
    }
    asked += all.size();
  }

  private void ask(String question) {
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model);
      body.put("max_tokens", TOKENS)
          .putArray("messages")
          .addObject()
          .put("role", "user")
          .put("content", question);
      var _ = client.post("/v1/chat/completions", body);
    } catch (ClientException e) {
      // A session may wait a moment for another node.
      out.println("  an answer failed: " + e.getMessage());
    }
  }

  /** What the gateways have counted of each node so far; of one that is gone what they had. */
  private void count() {
    Map<Address, Integer> now = new LinkedHashMap<>();
    for (GatewayMember gateway : devnet.gateways()) {
      try (GatewayClient client = new GatewayClient(new Endpoint(gateway.url(), ""))) {
        for (JsonNode node : client.get("/api/v1/nodes").path("nodes")) {
          now.merge(
              Address.parse(node.path("id").asText()),
              node.path("figures").path("completed").asInt(),
              Integer::sum);
        }
      }
    }
    now.forEach((node, completed) -> answers.merge(node, completed, Math::max));
  }

  private int answersOf(Address node) {
    return answers.getOrDefault(node, 0) - before.getOrDefault(node, 0);
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandException("interrupted", e);
    }
  }

  private List<NodePool.JudgedEvent> frauds() {
    return events(NodePool.JudgedEvent.TYPE.topic()).stream()
        .filter(NodePool.JudgedEvent.class::isInstance)
        .map(NodePool.JudgedEvent.class::cast)
        .filter(judged -> judged.verdict() == NodeVerdict.FRAUD)
        .toList();
  }

  private List<NodePool.Event> events(Digest topic) {
    LogFilter filter = new LogFilter(List.of(network.nodes().address()), List.of(List.of(topic)));
    List<NodePool.Event> all = new ArrayList<>();
    for (EventLog log : chain.logs(filter, 0, chain.head().number())) {
      NodePool.event(log).ifPresent(all::add);
    }
    return all;
  }

  private record Finding(Person validator, StoredWork work) {}

  /** What validators keep of this lie, the first that found it first. */
  private List<Finding> findings(Digest evidence) {
    List<Finding> found = new ArrayList<>();
    for (int number = 1; number <= devnet.validators().size(); number++) {
      Path file = ValidatorNode.workFile(devnet.plan().validatorFolder(number), evidence);
      if (Files.exists(file)) {
        try {
          found.add(
              new Finding(
                  devnet.roster().validators().get(number - 1),
                  StoredWork.parseFrom(Files.readAllBytes(file))));
        } catch (IOException e) {
          throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
        }
      }
    }
    found.sort(Comparator.comparingLong(one -> one.work().getCheckedAtMillis()));
    return found;
  }

  private void tell(NodePool.JudgedEvent judged, Optional<Integer> number) {
    out.println();
    if (number.isEmpty()) {
      out.printf(
          "CONDEMNED, AND HONEST: %s, by evidence 0x%s%n", judged.node(), judged.evidenceDigest());
      return;
    }
    String name = devnet.roster().compute().get(number.get() - 1).name();
    out.printf(
        "Caught: %s, %s, which was told to cheat (%s), after %d answers of its own and %d of the"
            + " network.%n",
        name,
        judged.node(),
        String.join(", ", devnet.plan().faultTexts().getOrDefault(number.get(), List.of())),
        answersOf(judged.node()),
        asked);
    List<Finding> findings = findings(judged.evidenceDigest());
    if (!findings.isEmpty()) {
      Finding first = findings.getFirst();
      out.printf(
          "  found by    %s, in task %s:%n",
          first.validator().name(),
          TaskId.of(first.work().getRecord().getOffer().getTaskId().toByteArray()));
      out.printf("              %s%n", first.work().getDetail());
      out.printf(
          "  judged by   a committee; checked and found the same by %s%n",
          String.join(", ", findings.stream().map(one -> one.validator().name()).toList()));
    }
    out.printf("  on chain    0x%s%n", judged.log().transaction());
    events(NodePool.CutLockedEvent.TYPE.topic()).stream()
        .filter(NodePool.CutLockedEvent.class::isInstance)
        .map(NodePool.CutLockedEvent.class::cast)
        .filter(cut -> cut.log().transaction().equals(judged.log().transaction()))
        .findFirst()
        .ifPresent(
            cut ->
                out.printf(
                    "  slashed     %s tokens of its stake, 30 %%; locked while it can be appealed%n",
                    new BigDecimal(cut.amountWei())
                        .movePointLeft(TOKEN_DECIMALS)
                        .stripTrailingZeros()
                        .toPlainString()));
    out.println(
        "  out         suspended: it gets no session any more, and running ones replace it");
    out.println("  evidence    0x" + judged.evidenceDigest() + ", kept by each who checked it");
    out.flush();
  }

  private void othersGoOn(Set<Address> condemned) {
    before.putAll(answers);
    ask();
    count();
    out.println();
    out.println("The others go on earning. Of the next answers:");
    for (Person node : devnet.roster().compute()) {
      int since = answersOf(node.node());
      out.printf(
          "  %-10s  %s  %d%s%n",
          node.name(),
          node.node(),
          since,
          condemned.contains(node.node()) ? "  (out of the pool)" : "");
    }
  }
}
