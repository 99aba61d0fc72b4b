package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.myelin.chain.ChainClient;
import io.myelin.chain.ChainException;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.cli.CommandException;
import io.myelin.cli.devnet.genesis.Person;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.TermsEvent;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** What the stories of parties that fail on purpose need: a little load, the chain, words. */
final class PartyScene {
  /** Of an answer: short ones are enough. */
  private static final int TOKENS = 8;

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration LATER = Duration.ofSeconds(5);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final long POLL_MILLIS = 50;
  private static final int TOKEN_DECIMALS = 18;
  private static final int SETTLED = 3;

  private final Devnet devnet;
  private final String model;
  private final PrintWriter out;

  PartyScene(Devnet devnet, String model, PrintWriter out) {
    this.devnet = devnet;
    this.model = model;
    this.out = out;
  }

  Devnet devnet() {
    return devnet;
  }

  ChainClient chain() {
    return devnet.chain().client();
  }

  NetworkContracts network() {
    return devnet.chain().network();
  }

  Person gateway(int number) {
    return devnet.roster().gateways().get(number - 1);
  }

  Person validator(int number) {
    return devnet.roster().validators().get(number - 1);
  }

  /** Says a line. */
  @FormatMethod
  void say(@FormatString String format, Object... values) {
    out.printf(Locale.ROOT, format, values);
    out.println();
    out.flush();
  }

  // Load.

  /** Opens a session at a gateway, as any client does, once nodes have slots for it. */
  ClientSession open(int gateway) {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        return tryToOpen(gateway);
      } catch (ClientException e) {
        if (!e.isPassing() || System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
        boolean _ = within(PAUSE, () -> false);
      }
    }
  }

  private ClientSession tryToOpen(int gateway) {
    GatewayMember member = devnet.gateways().get(gateway - 1);
    return ClientSession.open(
        member.url(),
        member.member().id(),
        devnet.roster().client(),
        ClientSession.Terms.usual(model, 1).checking(devnet.plan().verification()));
  }

  /** Asks so many short questions, and returns the tasks once they are answered and counted. */
  List<String> ask(ClientSession session, int questions) {
    List<String> tasks = new ArrayList<>();
    try (GatewayClient client = session.connect()) {
      for (int i = 0; i < questions; i++) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("chat")
            .put("model", model)
            .put("max_tokens", TOKENS)
            .put("seed", i)
            .putArray("messages")
            .addObject()
            .put("role", "user")
            .put("content", "Name a river, number " + i + ".");
        tasks.add(
            client.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText());
      }
      for (String task : tasks) {
        await(
            "task " + task + " does not end",
            () -> client.get("/api/v1/tasks/" + task).has("endedAtMillis"));
      }
      await(
          "the tasks are not counted", () -> session.view().path("tasksDone").asInt() >= questions);
    }
    return tasks;
  }

  /** The receipts of tasks. */
  List<SignedReceipt> receipts(ClientSession session, List<String> tasks) {
    List<SignedReceipt> all = new ArrayList<>();
    try (GatewayClient client = session.connect()) {
      for (String task : tasks) {
        all.add(SignedReceipt.parse(client.receipt(task).orElseThrow()));
      }
    } catch (ReceiptFormatException e) {
      throw new CommandException("a receipt cannot be read: " + e.getMessage(), e);
    }
    return all;
  }

  /** What a session spent, as its gateway says. */
  BigInteger spentWei(ClientSession session) {
    JsonNode view = session.view();
    return new BigInteger(view.path("spentWei").asText());
  }

  // The chain.

  /** Where a session's money stands, by the contract's number; at the head, as its logs are. */
  int phase(SessionId session) {
    return (int)
        network()
            .payment()
            .recordOf(ChainTerms.word(session))
            .on(chain(), chain().head().number())
            .phase();
  }

  /** Closes it, and waits until its money has a destination; how long that took. */
  Duration settle(ClientSession session) {
    long startNanos = System.nanoTime();
    session.close();
    SessionId id = SessionId.parse(session.id());
    await("session " + id + " is not settled", () -> phase(id) >= SETTLED);
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** A session's terms. */
  record Terms(SessionBrief brief, SessionTail tail) {}

  Terms terms(SessionId session) {
    Optional<Terms> found = Optional.empty();
    for (EventLog log : logs(network().sessions().address(), ChainTerms.word(session))) {
      TermsEvent event = TermsEvent.from(log).orElse(null);
      if (event instanceof TermsEvent.Opened opened) {
        found = Optional.of(new Terms(opened.brief(), opened.tail()));
      } else if (event instanceof TermsEvent.Extended extended) {
        found = found.map(before -> new Terms(extended.brief(), before.tail()));
      }
    }
    return found.orElseThrow(() -> new CommandException("session " + session + " is nowhere"));
  }

  /** What was settled for a session. */
  InferencePayment.SettledEvent settled(SessionId session) {
    return logs(network().payment().address(), ChainTerms.word(session)).stream()
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.SettledEvent.class::isInstance)
        .map(InferencePayment.SettledEvent.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Who signed the batch that settled a session, and what for. */
  InferencePayment.BatchSettledEvent batchOf(SessionId session) {
    return chain().receipt(settled(session).log().transaction()).orElseThrow().logs().stream()
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.BatchSettledEvent.class::isInstance)
        .map(InferencePayment.BatchSettledEvent.class::cast)
        .findFirst()
        .orElseThrow();
  }

  /** What challenges made of a session's settlement, the newest last. */
  List<InferencePayment.CorrectedEvent> corrections(SessionId session) {
    return logs(network().payment().address(), ChainTerms.word(session)).stream()
        .flatMap(log -> InferencePayment.event(log).stream())
        .filter(InferencePayment.CorrectedEvent.class::isInstance)
        .map(InferencePayment.CorrectedEvent.class::cast)
        .toList();
  }

  private List<EventLog> logs(Address contract, Digest subject) {
    return chain()
        .logs(
            new LogFilter(List.of(contract), List.of(List.of(), List.of(subject))),
            0,
            chain().head().number());
  }

  /** What a node holds of a session, by its place in the roster. */
  Optional<VoucherBook.Held> voucher(SessionId session, Address node) {
    List<Person> nodes = devnet.roster().compute();
    for (int number = 1; number <= nodes.size(); number++) {
      if (nodes.get(number - 1).node().equals(node)) {
        try {
          return VoucherBook.open(
                  devnet.plan().computeFolder(number).resolve("vouchers"), node, network().domain())
              .of(session);
        } catch (IOException e) {
          throw new CommandException("vouchers of compute " + number + ": " + e.getMessage(), e);
        }
      }
    }
    return Optional.empty();
  }

  /** What vouchers say that a session's nodes earned, once they cover all of its tasks. */
  List<Optional<VoucherBook.Held>> vouchers(SessionBrief brief, int tasks) {
    await(
        "the nodes hold no vouchers for their tasks",
        () ->
            held(brief).stream().flatMap(Optional::stream).mapToLong(VoucherBook.Held::tasks).sum()
                >= tasks);
    return held(brief);
  }

  private List<Optional<VoucherBook.Held>> held(SessionBrief brief) {
    return brief.seats().stream().map(seat -> voucher(brief.sessionId(), seat.node())).toList();
  }

  BigInteger bondWei(int gateway) {
    return network().subnets().bondOf(gateway(gateway).node()).on(chain()).stakedWei();
  }

  BigInteger stakeWei(int validator) {
    return network()
        .validators()
        .bondOf(validator(validator).owner().address())
        .on(chain())
        .stakedWei();
  }

  BigInteger nodeStakeWei(Address node) {
    return network().nodes().bondOf(node).on(chain()).stakedWei();
  }

  /** Does it in somebody's name, and waits for it. */
  void send(OperatorKey from, String what, ContractWrite write) {
    devnet.chain().send(from, what, write);
  }

  /** The same, of what somebody else may do first; fails where it is not done then. */
  void sendUnlessDone(String what, ContractWrite write, BooleanSupplier done) {
    try {
      send(devnet.roster().admin(), what, write);
    } catch (CommandException e) {
      if (!within(LATER, done)) {
        throw e;
      }
    }
  }

  /** Puts the chain's clock forward to a time. */
  void advanceTo(long seconds) {
    long aheadSeconds = seconds - chain().head().timestampSeconds();
    devnet.chain().advance(Duration.ofSeconds(Math.max(1, aheadSeconds + 1)));
  }

  /** A committee's client with somebody's key; the caller closes it. */
  CommitteeClient committee(OperatorKey asker) {
    return CommitteeClient.connect(
        devnet.validators().stream().map(ValidatorMember::url).toList(),
        chain(),
        network(),
        asker,
        CommitteeSettings.standard());
  }

  /** Whether every node has the slots back that ended sessions had, but for the devnet's own. */
  boolean hasRoom() {
    return devnet.roster().compute().stream()
        .allMatch(
            node ->
                network().nodes().freeSlots(node.node()).on(chain()).intValueExact()
                    >= DevnetPlan.SLOTS - 1);
  }

  // Words.

  static String tokens(BigInteger wei) {
    return new BigDecimal(wei).movePointLeft(TOKEN_DECIMALS).stripTrailingZeros().toPlainString();
  }

  /** Per cent of a whole, in words. */
  static String share(BigInteger part, BigInteger whole) {
    return whole.signum() == 0
        ? "0 %"
        : new BigDecimal(part)
                .multiply(BigDecimal.valueOf(100))
                .divide(new BigDecimal(whole), 2, java.math.RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString()
            + " %";
  }

  /** Waits for a condition; a gateway or chain that does not answer now counts as not yet. */
  static void await(String failure, BooleanSupplier done) {
    if (!within(PATIENCE, done)) {
      throw new CommandException(failure + " within " + PATIENCE.toSeconds() + " s");
    }
  }

  /** Whether it comes about in a time. */
  static boolean within(Duration time, BooleanSupplier done) {
    long deadlineNanos = System.nanoTime() + time.toNanos();
    while (true) {
      try {
        if (done.getAsBoolean()) {
          return true;
        }
      } catch (ClientException | ChainException e) {
        // It is asked again.
        if (System.nanoTime() - deadlineNanos > 0) {
          throw e;
        }
      }
      if (System.nanoTime() - deadlineNanos > 0) {
        return false;
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandException("interrupted", e);
      }
    }
  }
}
