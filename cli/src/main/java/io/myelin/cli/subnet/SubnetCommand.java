package io.myelin.cli.subnet;

import io.myelin.cli.CommandGroup;
import picocli.CommandLine.Command;

/** Subnets: a set of models with prices, served by gateways. */
@Command(
    name = "subnet",
    mixinStandardHelpOptions = true,
    description = {
      "Subnets: a set of models with a price list, served by one or more gateways.",
      "An owner pays the fee; a committee of validators signs which models are listed, with their",
      "weights; the owner publishes prices and admits gateways."
    },
    synopsisSubcommandLabel = "(create | join | price | show | list)",
    subcommands = {
      CreateCommand.class,
      JoinCommand.class,
      PriceCommand.class,
      ShowCommand.class,
      ListCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin subnet list",
      "  ./myelin subnet create chat --model smollm2-135m-instruct=1/3",
      "  ./myelin subnet join 90ab... --gateway 0x1f9a...   its owner admits a gateway",
      "  ./myelin subnet join 90ab...                       on the machine of a compute node"
    })
public final class SubnetCommand extends CommandGroup {}
