package io.myelin.cli.chat;

import io.myelin.cli.CommandException;
import io.myelin.cli.Folders;
import io.myelin.cli.client.Endpoint;
import io.myelin.cli.client.GatewayClient;
import io.myelin.cli.client.GatewayClient.Answer;
import io.myelin.cli.client.GatewayClient.Message;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Asks a gateway once, or chats until the end of input. */
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = "Talk to a gateway; the running devnet's by default.",
    footer = {
      "",
      "Examples:",
      "  ./myelin chat \"What is the capital of France?\"",
      "  ./myelin chat                                     interactive; /help lists its commands",
      "  ./myelin chat --gateway http://host:8080 --key mk_... \"Hello\""
    })
public final class ChatCommand implements Callable<Integer> {

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli before call()
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What to ask. Without it: an interactive chat.")
  private @Nullable String prompt;

  @Option(
      names = "--gateway",
      paramLabel = "URL",
      description = "The gateway's address (or MYELIN_GATEWAY).")
  private @Nullable String gateway;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description = "The session's bearer key (or MYELIN_API_KEY).")
  private @Nullable String key;

  @Option(names = "--model", paramLabel = "ID", description = "Default: the first one listed.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message to begin with.")
  private @Nullable String system;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The devnet's data folder, where its address and key are looked up.")
  private @Nullable Path data;

  @Override
  public Integer call() {
    Endpoint endpoint = Endpoint.find(gateway, key, data != null ? data : Folders.devnet());
    PrintWriter out = spec.commandLine().getOut();
    try (var client = new GatewayClient(endpoint)) {
      String chosen = model != null ? model : client.firstModel();
      List<Message> messages = new ArrayList<>();
      if (system != null) {
        messages.add(new Message("system", system));
      }
      if (prompt != null) {
        messages.add(new Message("user", prompt));
        ask(client, chosen, messages, out);
      } else {
        interactive(client, chosen, messages, out, endpoint);
      }
    }
    return 0;
  }

  private static Answer ask(
      GatewayClient client, String model, List<Message> messages, PrintWriter out) {
    Answer answer =
        client.chat(
            model,
            messages,
            text -> {
              out.print(text);
              out.flush();
            });
    out.println();
    out.flush();
    return answer;
  }

  private void interactive(
      GatewayClient client,
      String model,
      List<Message> messages,
      PrintWriter out,
      Endpoint endpoint) {
    try (Terminal terminal = TerminalBuilder.builder().dumb(true).build()) {
      LineReader reader = LineReaderBuilder.builder().terminal(terminal).appName("myelin").build();
      out.println(model + " at " + endpoint.url() + " - /help for commands, Ctrl-D to leave");
      out.flush();
      String receipt = "";
      while (true) {
        String line = reader.readLine("> ").strip();
        switch (line) {
          case "" -> {}
          case "/quit", "/exit" -> {
            return;
          }
          case "/help" ->
              out.println("/clear forget the talk   /receipt of the last answer   /quit");
          case "/clear" -> messages.removeIf(m -> !m.role().equals("system"));
          case "/receipt" -> out.println(receipt.isEmpty() ? "no answer yet" : receipt);
          default -> receipt = turn(client, model, messages, line, out, receipt);
        }
        out.flush();
      }
    } catch (UserInterruptException | EndOfFileException leaving) {
      out.println();
      out.flush();
    } catch (IOException e) {
      throw new CommandException("the terminal cannot be used: " + e.getMessage(), e);
    }
  }

  private static String turn(
      GatewayClient client,
      String model,
      List<Message> messages,
      String line,
      PrintWriter out,
      String lastReceipt) {
    messages.add(new Message("user", line));
    try {
      Answer answer = ask(client, model, messages, out);
      messages.add(new Message("assistant", answer.text()));
      return answer.receiptUrl();
    } catch (CommandException e) {
      messages.removeLast();
      out.println("! " + e.getMessage());
      return lastReceipt;
    }
  }
}
