package io.myelin.cli.queue;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Times;
import io.myelin.cli.chain.Wallet;
import io.myelin.client.Endpoint;
import io.myelin.client.NetworkFinder;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.CommitteeSettings;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.opening.QueueOpening;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Opens a session of the queue. */
@Command(
    name = "open",
    mixinStandardHelpOptions = true,
    description = {
      "Open a session of the queue: draw its nodes, have a committee of validators approve it, and",
      "put the budget into escrow. Two transactions; no gateway takes part."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin queue open                                  at the running devnet",
      "  ./myelin queue open --redundancy 2 --budget 5        two nodes do each task",
      "  ./myelin queue open --rpc https://rpc.example --directory 0x5fb1... --subnet 90ab... \\",
      "      --validator https://v1.example --model smollm2-135m-instruct --keystore account.json",
      "  ./myelin queue open --network enr:... --rpc https://rpc.example --directory 0x5fb1... ...",
      "                                                       validators by way of a registry node",
      "",
      "What is not spent comes back with ./myelin queue finish. Allow the contract to take the budget",
      "first, where that was not done: ./myelin account approve 1"
    })
final class OpenCommand extends MyelinCommand {
  private static final int MAX_HOURS = 168;
  private static final int SPARE_NODES = 2;

  @Mixin private NetworkOptions where = new NetworkOptions();
  @Mixin private KeyOptions keys = new KeyOptions();

  @Option(
      names = "--validator",
      paramLabel = "URL",
      description = "A validator to ask (repeatable). Default: the devnet's.")
  private List<String> validators = List.of();

  @Option(
      names = "--network",
      paramLabel = "RECORD",
      description = {
        "Ask the validators through a registry node, by its record, enr:..., or by a file that",
        "holds some. It is not trusted with anything."
      })
  private @Nullable String registry;

  @Option(
      names = "--subnet",
      paramLabel = "ID",
      description = "The subnet that lists the model, 64 hex digits. Default: the devnet's.")
  private @Nullable String subnet;

  @Option(
      names = "--model",
      paramLabel = "ID",
      description = "The one model it is for. Default: the devnet's.")
  private @Nullable String model;

  @Option(
      names = "--redundancy",
      paramLabel = "N",
      defaultValue = "1",
      description = "Nodes that do each task and must agree, 1 to 8 (${DEFAULT-VALUE}).")
  private int redundancy = 1;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      description = "Nodes of the session, up to 16. Default: two more than the redundancy.")
  private @Nullable Integer nodes;

  @Option(
      names = "--budget",
      paramLabel = "AMOUNT",
      defaultValue = "1",
      converter = Amount.Converter.class,
      description = "Most it may spend: 12.5, \"12.5 MYL\" or 1000wei (${DEFAULT-VALUE}).")
  @SuppressWarnings("NullAway.Init") // has a default, so picocli sets it
  private Amount budget;

  @Option(
      names = "--expires",
      paramLabel = "HOURS",
      defaultValue = "24",
      description = "Hours from now, 1 to 168 (${DEFAULT-VALUE}).")
  private int hours = 24;

  @Option(
      names = "--max-tasks",
      paramLabel = "N",
      defaultValue = "0",
      description = "Most tasks that are paid; 0 for any number (${DEFAULT-VALUE}).")
  private int maxTasks;

  @Override
  public Integer call() throws InterruptedException {
    requireRanges();
    try (ChainAccess network = where.open()) {
      OperatorKey key = keys.open(network);
      NetworkContracts contracts = network.contracts();
      String wanted = model(network);
      requireFunds(network, key);
      QueueOpening.Approved approved = approve(network, key, wanted);
      SessionBrief brief = approved.brief();
      try (Wallet wallet = network.wallet(key, err())) {
        tell("opening: " + Amount.show(budget.wei()) + " go into escrow");
        var _ =
            wallet.send(
                contracts.sessions().open(approved.opening(), ChainTerms.noPermit()),
                "open session " + brief.sessionId().shortHex());
        var _ =
            wallet.send(
                contracts
                    .queue()
                    .start(ChainTerms.forQueue(brief), ChainTerms.forQueue(approved.tail())),
                "start session " + brief.sessionId().shortHex());
      }
      print(brief, approved.tail(), wanted, network.nowSeconds());
      return CommandLine.ExitCode.OK;
    }
  }

  private void requireRanges() {
    if (redundancy < 1 || redundancy > 8) {
      throw wrong("--redundancy: " + redundancy + " (expected: 1 to 8)");
    }
    if (nodes != null && (nodes < redundancy || nodes > SessionBrief.MAX_SEATS)) {
      throw wrong(
          "--nodes: %d (expected: from the redundancy, %d, to %d)"
              .formatted(nodes, redundancy, SessionBrief.MAX_SEATS));
    }
    if (hours < 1 || hours > MAX_HOURS) {
      throw wrong("--expires: " + hours + " (expected: 1 to " + MAX_HOURS + " hours)");
    }
    if (budget.isZero()) {
      throw wrong("--budget: 0 (expected: above 0)");
    }
    if (maxTasks < 0) {
      throw wrong("--max-tasks: " + maxTasks + " (expected: >= 0)");
    }
  }

  private String model(ChainAccess network) {
    return model != null
        ? model
        : network
            .devnetModel()
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "--model is missing (expected: a model that the subnet lists)"));
  }

  /** Before a committee is asked: its members promise one content for a session, ever. */
  private void requireFunds(ChainAccess network, OperatorKey key) {
    BigInteger held = network.contracts().token().balanceOf(key.address()).on(network.chain());
    if (held.compareTo(budget.wei()) < 0) {
      throw new CommandException(
          "account %s holds %s (expected: the budget, %s): give it tokens, or a smaller --budget"
              .formatted(key.address(), Amount.show(held), budget));
    }
    BigInteger allowed =
        network
            .contracts()
            .token()
            .allowance(key.address(), network.contracts().addresses().payment())
            .on(network.chain());
    if (allowed.compareTo(budget.wei()) < 0) {
      throw new CommandException(
          "the payment contract may take %s of account %s (expected: the budget): ./myelin account approve %s"
              .formatted(Amount.show(allowed), key.address(), Amount.decimal(budget.wei())));
    }
  }

  private QueueOpening.Approved approve(ChainAccess network, OperatorKey key, String wanted)
      throws InterruptedException {
    Digest subnetId = subnetId(network);
    try (CommitteeClient committee =
        CommitteeClient.connect(
            committee(network),
            network.chain(),
            network.contracts(),
            key,
            CommitteeSettings.standard())) {
      tell("asking the validators to approve a session of " + wanted);
      return new QueueOpening(
              network.chain(),
              network.contracts(),
              committee,
              network.firstBlock(network.chain().head()))
          .approve(
              key,
              new QueueOpening.Wish(
                  subnetId,
                  wanted,
                  redundancy,
                  nodes != null
                      ? nodes
                      : Math.min(SessionBrief.MAX_SEATS, redundancy + SPARE_NODES),
                  budget.wei(),
                  network.nowSeconds() + Duration.ofHours(hours).toSeconds(),
                  maxTasks),
              new SecureRandom());
    } catch (QueueOpening.ImpossibleException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } catch (NotAgreedException e) {
      throw new CommandException(
          e.getMessage() + ". Nothing was paid; try again, each try is another draw.", e);
    }
  }

  private Digest subnetId(ChainAccess network) {
    if (subnet == null) {
      return network
          .devnetSubnet()
          .orElseThrow(
              () ->
                  CommandException.usage(
                      "--subnet is missing (expected: the id of the subnet that lists the model)"));
    }
    try {
      return Digest.parse(subnet.replaceFirst("^0x", ""));
    } catch (IllegalArgumentException e) {
      throw wrong("--subnet: " + e.getMessage(), e);
    }
  }

  private List<URI> committee(ChainAccess network) {
    if (registry != null) {
      return NetworkFinder.validators(NetworkFinder.records(registry));
    }
    List<URI> known =
        validators.isEmpty()
            ? network.devnetValidators()
            : validators.stream().map(Endpoint::address).toList();
    if (known.isEmpty()) {
      throw wrong(
          "--validator is missing (expected: http://host:port of each validator, or --network with"
              + " a registry node's record)");
    }
    return known;
  }

  private void print(SessionBrief brief, SessionTail tail, String wanted, long nowSeconds) {
    PrintWriter out = out();
    out.println("session  " + brief.sessionId());
    out.println(
        "model    %s, %s wei a prompt token and %s an output token, for each of %d nodes a task"
            .formatted(wanted, tail.inputWei(), tail.outputWei(), tail.redundancy()));
    out.println("budget   " + Amount.show(brief.head().budgetWei()));
    out.println("expires  " + Times.at(brief.head().expiresAtSeconds(), nowSeconds));
    for (PaidSeat seat : brief.seats()) {
      out.println("node     " + seat.node() + "  paid to " + seat.payee());
    }
    out.println();
    out.println("Next: ./myelin queue ask \"What is the capital of France?\"");
    out.flush();
  }

  private void tell(String what) {
    err().println(what);
    err().flush();
  }
}
