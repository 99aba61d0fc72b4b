package io.myelin.cli.stake;

import io.myelin.cli.CommandGroup;
import picocli.CommandLine.Command;

/** Stakes of those who work for the network. */
@Command(
    name = "stake",
    mixinStandardHelpOptions = true,
    description = {
      "Stakes: what validators, compute nodes and gateways lock up, and may lose.",
      "The owner's key pays and is asked for; the operator's key works, and only consents."
    },
    synopsisSubcommandLabel = "(validator | node | gateway)",
    subcommands = {ValidatorStakeCommand.class, NodeStakeCommand.class, GatewayStakeCommand.class},
    footer = {
      "",
      "Examples:",
      "  ./myelin stake validator add 20000 --operator-key operator.hex --keystore owner.json",
      "  ./myelin stake node add 100 --slots 4 --operator-key node.hex --keystore owner.json",
      "  ./myelin stake gateway add 5000 --operator-key gateway.hex --keystore owner.json",
      "  ./myelin stake node show",
      "",
      "Two keys, because one lies on a machine that answers strangers: who takes the operator's",
      "key can work badly in your name, but never touch your stake. Every command says what will",
      "happen before, and what to type next after. A stake leaves in two steps: it is set on its",
      "way out, and fetched when the unbonding time is over."
    })
public final class StakeCommand extends CommandGroup {}
