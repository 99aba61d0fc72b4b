package io.myelin.cli.session;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.CommandGroup;
import io.myelin.cli.client.GatewayOptions;
import io.myelin.cli.money.MoneyCommand;
import io.myelin.cli.money.RefundCommand;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Sessions from the command line. */
@Command(
    name = "session",
    mixinStandardHelpOptions = true,
    description =
        "Sessions: quote, open, list, show and close them at a gateway; money and refund on chain.",
    synopsisSubcommandLabel = "(quote | open | list | show | close | money | refund)",
    subcommands = {QuoteCommand.class, OpenCommand.class, MoneyCommand.class, RefundCommand.class},
    footer = {
      "",
      "Examples:",
      "  ./myelin session quote",
      "  ./myelin session open",
      "  ./myelin session list",
      "  ./myelin session close 4f1c...",
      "  ./myelin session refund 4f1c..."
    })
public final class SessionCommand extends CommandGroup {

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "The sessions of the key's account.",
      footer = {"", "Example:", "  ./myelin session list"})
  int list(@Mixin GatewayOptions where) {
    PrintWriter out = out();
    JsonNode sessions;
    try (GatewayClient http = client(where)) {
      sessions = http.get("/api/v1/sessions").path("sessions");
    }
    out.printf(
        "%-64s %-9s %-22s %6s %s%n", "ID", "STATE", "EXPIRES", "TASKS", "SPENT / BUDGET WEI");
    for (JsonNode session : sessions) {
      out.printf(
          "%-64s %-9s %-22s %6d %s / %s%n",
          session.path("id").asText(),
          session.path("state").asText(),
          time(session, "expiresAtMillis"),
          session.path("tasksDone").asLong(),
          session.path("spentWei").asText(),
          session.path("budgetWei").asText());
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "One session as the gateway sees it now.",
      footer = {"", "Example:", "  ./myelin session show 4f1c..."})
  int show(
      @Mixin GatewayOptions where,
      @Parameters(paramLabel = "ID", description = "64 hex digits.") String id) {
    String path = path(id);
    JsonNode session;
    try (GatewayClient http = client(where)) {
      session = http.get(path);
    }
    PrintWriter out = out();
    print(session, out);
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "close",
      mixinStandardHelpOptions = true,
      description = {
        "Close the key's own session: no new task, running ones end, and what was not spent",
        "goes back to the account once the settlement's challenge window is over:",
        "./myelin session money shows when."
      },
      footer = {"", "Example:", "  ./myelin session close 4f1c..."})
  int close(
      @Mixin GatewayOptions where,
      @Parameters(paramLabel = "ID", description = "64 hex digits.") String id) {
    String path = path(id);
    PrintWriter out = out();
    try (GatewayClient http = client(where)) {
      http.delete(path).ifPresent(session -> print(session, out));
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  private static void print(JsonNode session, PrintWriter out) {
    for (String field :
        new String[] {"id", "client", "state", "model", "redundancy", "verification"}) {
      line(out, field, session.path(field).asText());
    }
    line(
        out,
        "spent",
        session.path("spentWei").asText() + " of " + session.path("budgetWei").asText() + " wei");
    String most = session.path("maxTasks").asLong() > 0 ? session.path("maxTasks").asText() : "any";
    line(out, "tasks", session.path("tasksDone").asText() + " of " + most);
    line(out, "created", time(session, "createdAtMillis"));
    line(out, "expires", time(session, "expiresAtMillis"));
    session.path("nodes").forEach(node -> line(out, "node", node.asText()));
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-12s %s%n", name, value);
  }

  private static String time(JsonNode session, String field) {
    return Instant.ofEpochMilli(session.path(field).asLong())
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  private GatewayClient client(GatewayOptions where) {
    Endpoint endpoint = where.endpoint();
    if (endpoint.apiKey().isEmpty()) {
      throw new CommandException(
          "no session key: give --key or MYELIN_API_KEY (./myelin session open prints one)");
    }
    return new GatewayClient(endpoint);
  }

  private String path(String id) {
    if (!id.matches("[0-9a-fA-F]{64}")) {
      throw wrong("ID: " + id + " (expected: 64 hex digits, as session list shows)");
    }
    return "/api/v1/sessions/" + id;
  }
}
