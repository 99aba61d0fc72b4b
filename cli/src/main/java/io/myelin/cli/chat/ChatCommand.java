package io.myelin.cli.chat;

import io.myelin.cli.CommandException;
import io.myelin.cli.MyelinCommand;
import io.myelin.cli.client.GatewayOptions;
import io.myelin.client.Endpoint;
import io.myelin.client.GatewayClient;
import java.io.IOException;
import java.nio.file.Path;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
      "  ./myelin chat < questions.txt                     a line each",
      "  ./myelin chat --receipt kept.json \"Hello\"         check the receipt and keep it",
      "  ./myelin chat --gateway http://host:8080 --key mk_... \"Hello\"",
      "  ./myelin chat --network enr:... --key mk_... \"Hello\"   finds the session's gateway",
      "",
      "./myelin session open --network enr:... opens one without knowing any gateway."
    })
public final class ChatCommand extends MyelinCommand {

  @Mixin private GatewayOptions where = new GatewayOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "PROMPT",
      description = "What to ask. Without it: an interactive chat.")
  private @Nullable String prompt;

  @Option(names = "--model", paramLabel = "ID", description = "Default: the first one listed.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "A system message to begin with.")
  private @Nullable String system;

  @Option(
      names = "--receipt",
      paramLabel = "FILE",
      description = {
        "With a prompt: check the answer's receipt, and keep it in FILE with all that",
        "./myelin verify needs to check it again."
      })
  private @Nullable Path receipt;

  @Override
  public Integer call() {
    if (receipt != null && prompt == null) {
      throw wrong("--receipt: no prompt (in an interactive chat: /receipt FILE)");
    }
    Endpoint endpoint = where.endpoint();
    boolean holds = true;
    try (var client = new GatewayClient(endpoint)) {
      String chosen = model != null ? model : client.firstModel();
      Conversation talk = new Conversation(client, chosen, out());
      if (system != null) {
        talk.begin(system);
      }
      if (prompt == null) {
        interactive(talk, chosen, endpoint);
      } else {
        talk.ask(prompt);
        if (receipt != null) {
          out().println();
          holds = talk.check(receipt);
        }
      }
    }
    return holds ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private void interactive(Conversation talk, String model, Endpoint endpoint) {
    try (Terminal terminal = TerminalBuilder.builder().dumb(true).build()) {
      LineReader reader = LineReaderBuilder.builder().terminal(terminal).appName("myelin").build();
      if (!terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
        // Lines that are piped in get answers and nothing else.
        out().println(model + " at " + endpoint.url() + " - /help for commands, Ctrl-D to leave");
        out().flush();
      }
      talk.interactive(reader::readLine);
    } catch (IOException e) {
      throw new CommandException("the terminal cannot be used: " + e.getMessage(), e);
    }
  }
}
