package io.myelin.cli.session;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.client.GatewayOptions;
import io.myelin.client.ClientSession;
import io.myelin.client.Endpoint;
import io.myelin.protocol.work.LevelPrice;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Says what a session costs at each verification level, before anything is paid. */
@Command(
    name = "quote",
    mixinStandardHelpOptions = true,
    description = {
      "What a session costs at each verification level. Signs nothing, opens nothing.",
      "Each node of a task is paid alike, so a level costs as often a node's price as it has nodes;",
      "what validators check is paid out of their part of what is spent, at every level."
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin session quote",
      "  ./myelin session quote --model smollm2-135m-instruct --redundancy 2",
      "  ./myelin session quote --prompt-tokens 1000 --output-tokens 500 --json"
    })
final class QuoteCommand extends MyelinCommand {
  private static final int MOST_TOKENS = 1_000_000;

  @Mixin private GatewayOptions where = new GatewayOptions();

  @Option(
      names = "--model",
      paramLabel = "ID",
      defaultValue = "*",
      description = "The one model. Default: every model of the gateway.")
  private String model = ClientSession.ANY_MODEL;

  @Option(
      names = "--redundancy",
      paramLabel = "N",
      defaultValue = "0",
      description = "Nodes that do each task, 1 to 5. Default: 1, and 3 at level redundant.")
  private int redundancy;

  @Option(
      names = "--prompt-tokens",
      paramLabel = "N",
      defaultValue = "100",
      description = "Tokens of the task to be priced (${DEFAULT-VALUE}).")
  private int promptTokens = 100;

  @Option(
      names = "--output-tokens",
      paramLabel = "N",
      defaultValue = "100",
      description = "Tokens of its answer (${DEFAULT-VALUE}).")
  private int outputTokens = 100;

  @Option(names = "--json", description = "For programs.")
  private boolean json;

  @Override
  public Integer call() {
    range("--redundancy", redundancy, 5);
    range("--prompt-tokens", promptTokens, MOST_TOKENS);
    range("--output-tokens", outputTokens, MOST_TOKENS);
    Endpoint endpoint = where.endpoint(model);
    List<ModelPrices.Model> models =
        ModelPrices.at(endpoint).all().stream()
            .filter(one -> model.equals(ClientSession.ANY_MODEL) || one.id().equals(model))
            .toList();
    if (models.isEmpty()) {
      throw new CommandException(
          "model " + model + " has no price here (expected: one that GET /api/v1/network lists)");
    }
    PrintWriter out = out();
    if (json) {
      out.println(json(models).toPrettyString());
    } else {
      models.forEach(one -> print(one, out));
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private void range(String option, int value, int most) {
    if (value < 0 || value > most) {
      throw wrong(option + ": " + value + " (expected: 0 to " + most + ")");
    }
  }

  private void print(ModelPrices.Model one, PrintWriter out) {
    out.println(one.id());
    out.printf(
        "  %-12s %5s  %22s  %22s  %s%n",
        "LEVEL",
        "NODES",
        "WEI A PROMPT TOKEN",
        "WEI AN OUTPUT TOKEN",
        "WEI OF %d + %d TOKENS".formatted(promptTokens, outputTokens));
    for (LevelPrice price : one.levels(redundancy)) {
      out.printf(
          "  %-12s %5d  %22s  %22s  %s%n",
          price.level().label(),
          price.nodes(),
          price.inputWei(),
          price.outputWei(),
          price.totalWei(promptTokens, outputTokens));
    }
  }

  private ArrayNode json(List<ModelPrices.Model> models) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    for (ModelPrices.Model one : models) {
      ObjectNode named = all.addObject().put("model", one.id());
      named.put("promptTokens", promptTokens).put("outputTokens", outputTokens);
      ArrayNode levels = named.putArray("levels");
      for (LevelPrice price : one.levels(redundancy)) {
        levels
            .addObject()
            .put("verification", price.level().label())
            .put("number", price.level().number())
            .put("nodes", price.nodes())
            .put("priceInputWei", price.inputWei().toString())
            .put("priceOutputWei", price.outputWei().toString())
            .put("totalWei", price.totalWei(promptTokens, outputTokens).toString());
      }
    }
    return all;
  }
}
