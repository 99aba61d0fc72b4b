package io.myelin.cli.stake;

import io.myelin.chain.Bytes;
import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.NodeLook;
import io.myelin.cli.chain.Param;
import io.myelin.cli.money.AccountView;
import io.myelin.contracts.NodePool;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.reputation.ReputationWords;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stakes of compute nodes. A node is its operator's key. */
@Command(
    name = "node",
    mixinStandardHelpOptions = true,
    description = "Stakes and slots of compute nodes.",
    synopsisSubcommandLabel = "(add | more | slots | remove | withdraw | evidence | appeal | show)",
    subcommands = {EvidenceCommand.class, AppealCommand.class},
    footer = {
      "",
      "Examples:",
      "  ./myelin stake node add 100 --slots 4 --operator-key node.hex",
      "  ./myelin stake node show",
      "  ./myelin stake node remove 0x1f9a..."
    })
final class NodeStakeCommand extends CommandGroup {
  private static final String AMOUNT = "12.5, \"12.5 MYL\" or 1000wei.";
  private static final String NODE = "The node's key, as node show lists it.";

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Bring a node into the pool: stake for it, and say how many tasks it runs at once.",
        "It serves once a committee has tested it."
      },
      footer = {
        "",
        "Example:",
        "  ./myelin stake node add 100 --slots 4 --operator-key node.hex --keystore owner.json",
        "",
        "A node that was removed comes back the same way; with 0 as AMOUNT while its stake is",
        "still enough."
      })
  int add(
      @Mixin OwnerOptions owner,
      @Mixin OperatorOptions operator,
      @Option(
              names = "--slots",
              paramLabel = "N",
              // As ./myelin compute has it: a gateway refuses a node with more than was declared.
              defaultValue = "4",
              description = "Tasks at a time, 1 to 1024 (${DEFAULT-VALUE}).")
          int slots,
      @Parameters(paramLabel = "AMOUNT", converter = Amount.Converter.class, description = AMOUNT)
          Amount amount) {
    range(slots);
    try (Desk desk = owner.open(out(), err())) {
      OperatorKey key = operator.open();
      Bytes consent = desk.consent(key);
      NodePool pool = desk.contracts().nodes();
      desk.plan(
          "Owner "
              + desk.owner()
              + " stakes "
              + amount
              + " for node "
              + key.address()
              + " with "
              + slots
              + " slots.",
          desk.least(Param.MIN_NODE_STAKE_WEI),
          desk.wayOut("node remove " + key.address()));
      if (!amount.isZero()) {
        desk.allow(pool.address(), amount);
      }
      desk.send(pool.join(key.address(), slots, amount.wei(), consent), "stake " + amount);
      return desk.done(
          "The node is in the pool, to be tested by a committee before it serves.",
          "What it earns is credited to " + desk.owner() + ": ./myelin account money",
          "Next: start it with that key, ./myelin compute --help; ./myelin stake node show");
    }
  }

  @Command(
      name = "more",
      mixinStandardHelpOptions = true,
      description = "Add to a node's stake.",
      footer = {"", "Example:", "  ./myelin stake node more 50 0x1f9a... --keystore owner.json"})
  int more(
      @Mixin OwnerOptions owner,
      @Parameters(
              index = "0",
              paramLabel = "AMOUNT",
              converter = Amount.Converter.class,
              description = AMOUNT)
          Amount amount,
      @Parameters(index = "1", paramLabel = "NODE", description = NODE) String node) {
    Address key = AccountOptions.address("NODE", node);
    try (Desk desk = owner.open(out(), err())) {
      NodePool pool = desk.contracts().nodes();
      desk.plan("Owner " + desk.owner() + " adds " + amount + " to the stake of node " + key + ".");
      desk.allow(pool.address(), amount);
      desk.send(pool.stake(key, amount.wei()), "stake " + amount);
      return desk.done("Staked now: " + Amount.show(bond(desk, key).stakedWei()));
    }
  }

  @Command(
      name = "slots",
      mixinStandardHelpOptions = true,
      description = "Say that a node runs another number of tasks at once.",
      footer = {"", "Example:", "  ./myelin stake node slots 8 0x1f9a... --keystore owner.json"})
  int slots(
      @Mixin OwnerOptions owner,
      @Parameters(index = "0", paramLabel = "N", description = "1 to 1024.") int slots,
      @Parameters(index = "1", paramLabel = "NODE", description = NODE) String node) {
    range(slots);
    Address key = AccountOptions.address("NODE", node);
    try (Desk desk = owner.open(out(), err())) {
      desk.plan("Node " + key + " has " + slots + " slots from now on.");
      desk.send(desk.contracts().nodes().setSlots(key, slots), "change the slots");
      return desk.done(
          "Changed. Next: start the node anew with --slots " + slots + ", so that it keeps it.");
    }
  }

  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = {
        "Take a node out of the pool; its stake is set on its way out. Sessions that hold a slot",
        "of it keep it until they close."
      },
      footer = {"", "Example:", "  ./myelin stake node remove 0x1f9a... --keystore owner.json"})
  int remove(
      @Mixin OwnerOptions owner, @Parameters(paramLabel = "NODE", description = NODE) String node) {
    Address key = AccountOptions.address("NODE", node);
    try (Desk desk = owner.open(out(), err())) {
      desk.plan(
          "Node "
              + key
              + " leaves; "
              + Amount.show(bond(desk, key).stakedWei())
              + " are set on their way out.",
          desk.wayOut("node withdraw " + key));
      desk.send(desk.contracts().nodes().remove(key), "remove the node");
      NodePool.Bond bond = bond(desk, key);
      return desk.done(
          "On its way out: " + Amount.show(bond.unbondingWei()),
          desk.fetchable(bond.withdrawableAt(), "node withdraw " + key));
    }
  }

  @Command(
      name = "withdraw",
      mixinStandardHelpOptions = true,
      description = "Fetch a removed node's stake, when it has waited long enough.",
      footer = {"", "Example:", "  ./myelin stake node withdraw 0x1f9a... --keystore owner.json"})
  int withdraw(
      @Mixin OwnerOptions owner,
      @Option(names = "--to", paramLabel = "ADDRESS", description = "Default: the owner.")
          @Nullable String to,
      @Parameters(paramLabel = "NODE", description = NODE) String node) {
    Address key = AccountOptions.address("NODE", node);
    try (Desk desk = owner.open(out(), err())) {
      Address receiver = to != null ? AccountOptions.address("--to", to) : desk.owner();
      Amount amount = new Amount(bond(desk, key).unbondingWei());
      desk.plan(amount + " go to " + receiver + ".");
      desk.send(desk.contracts().nodes().withdraw(key, receiver), "fetch the stake");
      return desk.done("Fetched " + amount + ".");
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Nodes as the chain has them: one, or all of an owner. What a node weighs in draws, and why,",
        "is of the newest validator set; a new node weighs 250 of 1000."
      },
      footer = {
        "",
        "Examples:",
        "  ./myelin stake node show                      all of the key's account",
        "  ./myelin stake node show 0x1f9a... --json"
      })
  int show(
      @Mixin NetworkOptions where,
      @Mixin AccountOptions who,
      @Option(names = "--json", description = "Print JSON, in wei.") boolean json,
      @Parameters(arity = "0..1", paramLabel = "NODE", description = NODE) @Nullable String node) {
    try (ChainAccess network = where.open()) {
      List<Facts> all = new ArrayList<>();
      NodeLook look = new NodeLook(network);
      if (node != null) {
        all.add(facts(network, look, look.at(AccountOptions.address("NODE", node))));
      } else {
        AccountView.read(network, who.of(network)).stakes().stream()
            .filter(stake -> stake.kind().equals("node"))
            .forEach(stake -> all.add(facts(network, look, look.at(stake.key()))));
      }
      Facts.print(all, "No node has a stake here: ./myelin stake node add", json, out());
      return 0;
    }
  }

  private static Facts facts(ChainAccess network, NodeLook look, NodeLook.Seen seen) {
    Address key = seen.node();
    NodePool.Node node = seen.pool();
    if (node.owner().equals(Address.ZERO)) {
      throw new CommandException(
          "node " + key + " was never in the pool: ./myelin stake node add brings it in");
    }
    NodePool.Bond bond = network.contracts().nodes().bondOf(key).on(network.chain());
    Facts facts =
        new Facts()
            .text("node", key.toString())
            .text("owner", node.owner().toString())
            .text("standing", standing(node.standing()))
            .number("slots", node.slots())
            .number("reserved", node.reserved())
            .number("toBeTested", node.untested())
            .amount("staked", bond.stakedWei())
            .amount("unbonding", bond.unbondingWei())
            .amount("locked", network.contracts().nodes().lockedOf(key).on(network.chain()))
            .time(
                "withdrawableAt",
                bond.unbondingWei().signum() > 0 ? bond.withdrawableAt() : 0,
                network.nowSeconds())
            .number("weight", seen.weight())
            .number("level", seen.level())
            .number("points", seen.reputation().points())
            .text("stages", seen.stages())
            .text("why", seen.why());
    seen.suspension()
        .ifPresent(
            by ->
                facts
                    .text("evidence", "0x" + by.evidence())
                    .text("toDo", ReputationWords.advice(by)));
    look.appeal(seen).ifPresent(view -> facts.text("appeal", view.text()));
    return facts;
  }

  private static String standing(long number) {
    return switch ((int) number) {
      case 0 -> "not in the pool";
      case 1 -> "not tested yet";
      case 2 -> "qualified";
      case 3 -> "suspended";
      default -> "leaving";
    };
  }

  private void range(int slots) {
    if (slots < 1 || slots > 1024) {
      throw wrong("--slots: " + slots + " (expected: 1 to 1024)");
    }
  }

  private static NodePool.Bond bond(Desk desk, Address node) {
    return desk.contracts().nodes().bondOf(node).on(desk.network().chain());
  }
}
