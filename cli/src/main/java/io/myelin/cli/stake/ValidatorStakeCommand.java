package io.myelin.cli.stake;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Param;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.committee.Contradiction;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A validator's stake. Its owner is the validator; its operator's key signs. */
@Command(
    name = "validator",
    mixinStandardHelpOptions = true,
    description = "A validator's stake and its operator's key.",
    synopsisSubcommandLabel =
        "(add | more | unbond | resign | withdraw | operator | report | show)",
    footer = {
      "",
      "Examples:",
      "  ./myelin stake validator add 20000 --operator-key operator.hex",
      "  ./myelin stake validator show",
      "  ./myelin stake validator resign"
    })
final class ValidatorStakeCommand extends CommandGroup {
  private static final String AMOUNT = "12.5, \"12.5 MYL\" or 1000wei.";

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = "Become a validator: stake, and name the key that signs.",
      footer = {
        "",
        "Example:",
        "  ./myelin stake validator add 20000 --operator-key operator.hex --keystore owner.json"
      })
  int add(
      @Mixin OwnerOptions owner,
      @Mixin OperatorOptions operator,
      @Parameters(paramLabel = "AMOUNT", converter = Amount.Converter.class, description = AMOUNT)
          Amount amount) {
    try (Desk desk = owner.open(out(), err())) {
      OperatorKey key = operator.open();
      Bytes consent = desk.consent(key);
      ValidatorRegistry registry = desk.contracts().validators();
      desk.plan(
          "Owner " + desk.owner() + " stakes " + amount + " as a validator.",
          "Key " + key.address() + " signs for it.",
          desk.least(Param.MIN_VALIDATOR_STAKE_WEI),
          desk.wayOut("validator resign"));
      desk.allow(registry.address(), amount);
      desk.send(
          registry.registerValidator(key.address(), amount.wei(), consent), "stake " + amount);
      return desk.done(
          "You are a validator. Sets are made once an epoch; it is drawn from the one after the next on.",
          "Next: start the validator with the operator's key; ./myelin stake validator show");
    }
  }

  @Command(
      name = "more",
      mixinStandardHelpOptions = true,
      description = "Add to the stake; it weighs from the set after the next on.",
      footer = {"", "Example:", "  ./myelin stake validator more 5000 --keystore owner.json"})
  int more(
      @Mixin OwnerOptions owner,
      @Parameters(paramLabel = "AMOUNT", converter = Amount.Converter.class, description = AMOUNT)
          Amount amount) {
    try (Desk desk = owner.open(out(), err())) {
      ValidatorRegistry registry = desk.contracts().validators();
      desk.plan("Owner " + desk.owner() + " adds " + amount + " to its stake as a validator.");
      desk.allow(registry.address(), amount);
      desk.send(registry.stake(amount.wei()), "stake " + amount);
      return desk.done("Staked now: " + Amount.show(bond(desk).stakedWei()));
    }
  }

  @Command(
      name = "unbond",
      mixinStandardHelpOptions = true,
      description = "Set a part of the stake on its way out; the rest must still be enough.",
      footer = {"", "Example:", "  ./myelin stake validator unbond 5000 --keystore owner.json"})
  int unbond(
      @Mixin OwnerOptions owner,
      @Parameters(paramLabel = "AMOUNT", converter = Amount.Converter.class, description = AMOUNT)
          Amount amount) {
    try (Desk desk = owner.open(out(), err())) {
      desk.plan(
          "Owner " + desk.owner() + " sets " + amount + " of its stake on its way out.",
          desk.wayOut("validator withdraw"),
          "What was on its way out already waits anew with it.");
      desk.send(desk.contracts().validators().unbond(amount.wei()), "unbond " + amount);
      return leaving(desk);
    }
  }

  @Command(
      name = "resign",
      mixinStandardHelpOptions = true,
      description = "Stop being a validator; all of the stake is set on its way out.",
      footer = {"", "Example:", "  ./myelin stake validator resign --keystore owner.json"})
  int resign(@Mixin OwnerOptions owner) {
    try (Desk desk = owner.open(out(), err())) {
      desk.plan(
          "Owner "
              + desk.owner()
              + " resigns; "
              + Amount.show(bond(desk).stakedWei())
              + " are set on their way out.",
          desk.wayOut("validator withdraw"));
      desk.send(desk.contracts().validators().resign(), "resign");
      return leaving(desk);
    }
  }

  private static int leaving(Desk desk) {
    ValidatorRegistry.Bond bond = bond(desk);
    return desk.done(
        "On its way out: " + Amount.show(bond.unbondingWei()),
        desk.fetchable(bond.withdrawableAt(), "validator withdraw"));
  }

  @Command(
      name = "withdraw",
      mixinStandardHelpOptions = true,
      description = "Fetch what was on its way out long enough.",
      footer = {"", "Example:", "  ./myelin stake validator withdraw --keystore owner.json"})
  int withdraw(
      @Mixin OwnerOptions owner,
      @Option(names = "--to", paramLabel = "ADDRESS", description = "Default: the owner.")
          @Nullable String to) {
    try (Desk desk = owner.open(out(), err())) {
      Address receiver = to != null ? AccountOptions.address("--to", to) : desk.owner();
      Amount amount = new Amount(bond(desk).unbondingWei());
      desk.plan(amount + " go to " + receiver + ".");
      desk.send(desk.contracts().validators().withdraw(receiver), "fetch the stake");
      return desk.done("Fetched " + amount + ".");
    }
  }

  @Command(
      name = "operator",
      mixinStandardHelpOptions = true,
      description = {
        "Replace the key that signs, or revoke it. Takes effect at once. A key that was an",
        "operator's once never is again."
      },
      footer = {
        "",
        "Examples:",
        "  ./myelin stake validator operator --operator-key new.hex --keystore owner.json",
        "  ./myelin stake validator operator --revoke --keystore owner.json"
      })
  int operator(
      @Mixin OwnerOptions owner,
      @Mixin OperatorOptions operator,
      @Option(names = "--revoke", description = "Only take the old key's power away.")
          boolean revoke) {
    try (Desk desk = owner.open(out(), err())) {
      ValidatorRegistry registry = desk.contracts().validators();
      if (revoke) {
        desk.plan("The operator's key of " + desk.owner() + " signs nothing any more.");
        desk.send(registry.setOperator(Address.ZERO, Bytes.EMPTY), "revoke the operator's key");
        return desk.done("Revoked. It is not drawn until another key is named.");
      }
      OperatorKey key = operator.open();
      Bytes consent = desk.consent(key);
      desk.plan("Key " + key.address() + " signs for " + desk.owner() + " from now on.");
      desk.send(registry.setOperator(key.address(), consent), "replace the operator's key");
      return desk.done("Replaced. Next: start the validator anew with the new key.");
    }
  }

  @Command(
      name = "report",
      mixinStandardHelpOptions = true,
      description = {
        "Show the chain that a validator signed two contents for one subject: it loses all of its",
        "stake, and you get a tenth of it. Gateways and validators keep such files in their folder",
        "evidence. Anybody may."
      },
      footer = {
        "",
        "Example:",
        "  ./myelin stake validator report evidence/double-signing-….json --keystore me.json"
      })
  int report(
      @Mixin OwnerOptions reporter,
      @Parameters(paramLabel = "FILE", description = "The evidence, as it was kept.") Path file) {
    Contradiction found = evidence(file);
    try (Desk desk = reporter.open(out(), err())) {
      if (!found.holds(desk.contracts().domain())) {
        throw new CommandException(
            file
                + ": the signatures are not those of "
                + found.operator()
                + " in this network (expected: two of its key over one subject). Is this the"
                + " network where it was kept?");
      }
      ValidatorRegistry registry = desk.contracts().validators();
      Address accused = registry.ownerOf(found.operator()).on(desk.network().chain());
      if (accused.isZero()) {
        throw new CommandException(
            file + ": " + found.operator() + " is and was no validator's key on this chain");
      }
      desk.plan(
          "Validator "
              + accused
              + " signed two contents for subject "
              + found.first().subject()
              + ".",
          "It loses all that it has staked; a tenth is " + desk.owner() + "'s to fetch.");
      desk.send(
          registry.punishDoubleSigning(
              found.first().kind(),
              found.first().subject(),
              found.first().content(),
              Bytes.of(found.firstSignature().bytes()),
              found.second().content(),
              Bytes.of(found.secondSignature().bytes())),
          "report " + accused);
      return desk.done(
          "Reported: " + accused + " is slashed and jailed.",
          "Next: ./myelin account withdraw fetches your part.");
    }
  }

  private static Contradiction evidence(Path file) {
    try {
      return Contradiction.parse(Files.readString(file));
    } catch (IOException e) {
      throw new CommandException(file + " cannot be read: " + e.getMessage(), e);
    } catch (IllegalArgumentException e) {
      throw new CommandException(file + " is no evidence of double signing: " + e.getMessage(), e);
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "A validator as the chain has it.",
      footer = {
        "",
        "Examples:",
        "  ./myelin stake validator show",
        "  ./myelin stake validator show --account 0x1f9a... --json"
      })
  int show(
      @Mixin NetworkOptions where,
      @Mixin AccountOptions who,
      @Option(names = "--json", description = "Print JSON, in wei.") boolean json) {
    try (ChainAccess network = where.open()) {
      Address account = who.of(network);
      ValidatorRegistry registry = network.contracts().validators();
      ValidatorRegistry.Validator validator = registry.validatorOf(account).on(network.chain());
      ValidatorRegistry.Bond bond = registry.bondOf(account).on(network.chain());
      if (validator.status() == 0 && bond.unbondingWei().signum() == 0) {
        throw new CommandException(
            "account " + account + " is no validator: ./myelin stake validator add makes it one");
      }
      long now = network.nowSeconds();
      new Facts()
          .text("owner", account.toString())
          .text("status", status(validator.status()))
          .text(
              "operator",
              validator.operator().equals(Address.ZERO) ? "none" : validator.operator().toString())
          .time("jailedUntil", validator.jailedUntil(), now)
          .time("benchedUntil", validator.benchedUntil(), now)
          .text("benches", Long.toString(validator.benches()))
          .text("share", share(registry, account, network.chain()))
          .amount("staked", bond.stakedWei())
          .amount("unbonding", bond.unbondingWei())
          .time("withdrawableAt", bond.unbondingWei().signum() > 0 ? bond.withdrawableAt() : 0, now)
          .print(json, out());
      return 0;
    }
  }

  /** Where it stands with its part in the sets' randomness. */
  private static String share(ValidatorRegistry registry, Address account, ChainClient chain) {
    long owes = registry.owesOf(account).on(chain);
    long version = registry.setVersion().on(chain);
    if (owes == 0) {
      return "none sealed";
    }
    if (owes >= version) {
      return "sealed, to be shown under set " + owes;
    }
    return owes <= registry.forgivenUpTo().on(chain)
        ? "not shown under set " + owes + ", which is forgiven: most were silent"
        : "not shown under set "
            + owes
            + ": passed over until it seals again, from set "
            + (owes + 2)
            + " on";
  }

  private static String status(long number) {
    return switch ((int) number) {
      case 0 -> "none";
      case 1 -> "active";
      default -> "leaving";
    };
  }

  private static ValidatorRegistry.Bond bond(Desk desk) {
    return desk.contracts().validators().bondOf(desk.owner()).on(desk.network().chain());
  }
}
