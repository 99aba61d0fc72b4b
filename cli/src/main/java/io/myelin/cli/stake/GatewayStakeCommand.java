package io.myelin.cli.stake;

import io.myelin.chain.Bytes;
import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.cli.chain.AccountOptions;
import io.myelin.cli.chain.Amount;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NetworkOptions;
import io.myelin.cli.chain.Param;
import io.myelin.cli.money.AccountView;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Bonds of gateways. A gateway is its operator's key. */
@Command(
    name = "gateway",
    mixinStandardHelpOptions = true,
    description = "Bonds of gateways.",
    synopsisSubcommandLabel = "(add | more | retire | withdraw | show)",
    footer = {
      "",
      "Examples:",
      "  ./myelin stake gateway add 5000 --operator-key gateway.hex",
      "  ./myelin stake gateway show",
      "  ./myelin stake gateway retire 0x1f9a..."
    })
final class GatewayStakeCommand extends CommandGroup {
  private static final String AMOUNT = "12.5, \"12.5 MYL\" or 1000wei.";
  private static final String GATEWAY = "The gateway's key, as gateway show lists it.";

  @Command(
      name = "add",
      mixinStandardHelpOptions = true,
      description = {
        "Register a gateway with a bond. It takes sessions once a subnet admits it.",
      },
      footer = {
        "",
        "Example:",
        "  ./myelin stake gateway add 5000 --operator-key gateway.hex --keystore owner.json"
      })
  int add(
      @Mixin OwnerOptions owner,
      @Mixin OperatorOptions operator,
      @Parameters(paramLabel = "AMOUNT", converter = Amount.Converter.class, description = AMOUNT)
          Amount amount) {
    try (Desk desk = owner.open(out(), err())) {
      OperatorKey key = operator.open();
      Bytes consent = desk.consent(key);
      SubnetRegistry registry = desk.contracts().subnets();
      desk.plan(
          "Owner " + desk.owner() + " bonds " + amount + " for gateway " + key.address() + ".",
          desk.least(Param.MIN_GATEWAY_BOND_WEI),
          desk.wayOut("gateway retire " + key.address()),
          "A gateway that retired cannot come back with the same key.");
      desk.allow(registry.address(), amount);
      desk.send(registry.registerGateway(key.address(), amount.wei(), consent), "bond " + amount);
      return desk.done(
          "The gateway is registered; a subnet's owner has to admit it.",
          "Its share is credited to " + desk.owner() + ": ./myelin account money",
          "Next: start it with that key, ./myelin gateway --help; ./myelin stake gateway show");
    }
  }

  @Command(
      name = "more",
      mixinStandardHelpOptions = true,
      description = "Add to a gateway's bond.",
      footer = {
        "",
        "Example:",
        "  ./myelin stake gateway more 500 0x1f9a... --keystore owner.json"
      })
  int more(
      @Mixin OwnerOptions owner,
      @Parameters(
              index = "0",
              paramLabel = "AMOUNT",
              converter = Amount.Converter.class,
              description = AMOUNT)
          Amount amount,
      @Parameters(index = "1", paramLabel = "GATEWAY", description = GATEWAY) String gateway) {
    Address key = AccountOptions.address("GATEWAY", gateway);
    try (Desk desk = owner.open(out(), err())) {
      SubnetRegistry registry = desk.contracts().subnets();
      desk.plan(
          "Owner " + desk.owner() + " adds " + amount + " to the bond of gateway " + key + ".");
      desk.allow(registry.address(), amount);
      desk.send(registry.topUp(key, amount.wei()), "bond " + amount);
      return desk.done("Bonded now: " + Amount.show(bond(desk, key).stakedWei()));
    }
  }

  @Command(
      name = "retire",
      mixinStandardHelpOptions = true,
      description = {
        "Retire a gateway, or revoke its key: it takes no new session, its bond is set on its way",
        "out. It cannot come back."
      },
      footer = {
        "",
        "Example:",
        "  ./myelin stake gateway retire 0x1f9a... --keystore owner.json",
        "",
        "Settle its open sessions before: a session that nobody settles costs its nodes their pay."
      })
  int retire(
      @Mixin OwnerOptions owner,
      @Parameters(paramLabel = "GATEWAY", description = GATEWAY) String gateway) {
    Address key = AccountOptions.address("GATEWAY", gateway);
    try (Desk desk = owner.open(out(), err())) {
      desk.plan(
          "Gateway "
              + key
              + " retires for good; "
              + Amount.show(bond(desk, key).stakedWei())
              + " are set on their way out.",
          desk.wayOut("gateway withdraw " + key));
      desk.send(desk.contracts().subnets().retireGateway(key), "retire the gateway");
      SubnetRegistry.Bond bond = bond(desk, key);
      return desk.done(
          "On its way out: " + Amount.show(bond.unbondingWei()),
          desk.fetchable(bond.withdrawableAt(), "gateway withdraw " + key));
    }
  }

  @Command(
      name = "withdraw",
      mixinStandardHelpOptions = true,
      description = "Fetch a retired gateway's bond, when it has waited long enough.",
      footer = {
        "",
        "Example:",
        "  ./myelin stake gateway withdraw 0x1f9a... --keystore owner.json"
      })
  int withdraw(
      @Mixin OwnerOptions owner,
      @Option(names = "--to", paramLabel = "ADDRESS", description = "Default: the owner.")
          @Nullable String to,
      @Parameters(paramLabel = "GATEWAY", description = GATEWAY) String gateway) {
    Address key = AccountOptions.address("GATEWAY", gateway);
    try (Desk desk = owner.open(out(), err())) {
      Address receiver = to != null ? AccountOptions.address("--to", to) : desk.owner();
      Amount amount = new Amount(bond(desk, key).unbondingWei());
      desk.plan(amount + " go to " + receiver + ".");
      desk.send(desk.contracts().subnets().withdrawBond(key, receiver), "fetch the bond");
      return desk.done("Fetched " + amount + ".");
    }
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Gateways as the chain has them: one, or all of an owner.",
      footer = {
        "",
        "Examples:",
        "  ./myelin stake gateway show                   all of the key's account",
        "  ./myelin stake gateway show 0x1f9a... --json"
      })
  int show(
      @Mixin NetworkOptions where,
      @Mixin AccountOptions who,
      @Option(names = "--json", description = "Print JSON, in wei.") boolean json,
      @Parameters(arity = "0..1", paramLabel = "GATEWAY", description = GATEWAY)
          @Nullable String gateway) {
    try (ChainAccess network = where.open()) {
      List<Facts> all = new ArrayList<>();
      if (gateway != null) {
        all.add(facts(network, AccountOptions.address("GATEWAY", gateway)));
      } else {
        AccountView.read(network, who.of(network)).stakes().stream()
            .filter(stake -> stake.kind().equals("gateway"))
            .forEach(stake -> all.add(facts(network, stake.key())));
      }
      Facts.print(all, "No gateway has a bond here: ./myelin stake gateway add", json, out());
      return 0;
    }
  }

  private static Facts facts(ChainAccess network, Address key) {
    SubnetRegistry registry = network.contracts().subnets();
    SubnetRegistry.GatewaysAnswer gateway = registry.gateways(key).on(network.chain());
    if (gateway.owner().equals(Address.ZERO)) {
      throw new CommandException(
          "gateway " + key + " is not registered: ./myelin stake gateway add registers it");
    }
    SubnetRegistry.Bond bond = registry.bondOf(key).on(network.chain());
    boolean isReady = registry.isReady(key).on(network.chain());
    return new Facts()
        .text("gateway", key.toString())
        .text("owner", gateway.owner().toString())
        .text("state", gateway.leaving() ? "retired" : isReady ? "ready" : "its bond is too small")
        .amount("bonded", bond.stakedWei())
        .amount("unbonding", bond.unbondingWei())
        .time(
            "withdrawableAt",
            bond.unbondingWei().signum() > 0 ? bond.withdrawableAt() : 0,
            network.nowSeconds());
  }

  private static SubnetRegistry.Bond bond(Desk desk, Address gateway) {
    return desk.contracts().subnets().bondOf(gateway).on(desk.network().chain());
  }
}
