package io.myelin.cli.round;

import io.myelin.cli.CommandGroup;
import picocli.CommandLine.Command;

/** Rounds that test nodes, from the command line. */
@Command(
    name = "round",
    mixinStandardHelpOptions = true,
    description = {
      "Cognitive rounds: how nodes are tested while nobody pays. In each window of time some nodes",
      "are drawn. One makes a topic, one makes questions of it, the others answer: bound first,",
      "revealed together. Validators check each answer with the model; who misses its part is",
      "marked, and a spare takes it. Validators begin rounds and nodes take part by themselves:",
      "there is nothing to start here, only to look."
    },
    synopsisSubcommandLabel = "(list | show)",
    subcommands = {ListCommand.class, ShowCommand.class},
    footer = {
      "",
      "Examples, at the running devnet (a round every few minutes):",
      "  ./myelin round list",
      "  ./myelin round show"
    })
public final class RoundCommand extends CommandGroup {}
