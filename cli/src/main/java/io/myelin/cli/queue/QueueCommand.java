package io.myelin.cli.queue;

import io.myelin.cli.CommandGroup;
import picocli.CommandLine.Command;

/** Work without a gateway, from the command line. */
@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    description = {
      "Ask without a gateway: the chain takes tasks in, nodes follow it, and are paid by it.",
      "Slower and dearer than a gateway (some ten transactions for each answer), and everything is",
      "public: prompts and answers stand on the chain for anyone to read, for good."
    },
    synopsisSubcommandLabel = "(open | ask | show | cancel | finish)",
    subcommands = {
      OpenCommand.class,
      AskCommand.class,
      ShowCommand.class,
      CancelCommand.class,
      FinishCommand.class
    },
    footer = {
      "",
      "Examples, at the running devnet:",
      "  ./myelin queue open",
      "  ./myelin queue ask \"What is the capital of France?\"",
      "  ./myelin queue show",
      "  ./myelin queue finish"
    })
public final class QueueCommand extends CommandGroup {}
