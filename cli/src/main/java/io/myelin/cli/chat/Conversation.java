package io.myelin.cli.chat;

import io.myelin.cli.CommandException;
import io.myelin.cli.receipt.AnswerCheck;
import io.myelin.cli.receipt.CheckTable;
import io.myelin.cli.receipt.TaskBundle;
import io.myelin.client.ClientException;
import io.myelin.client.GatewayClient;
import io.myelin.client.GatewayClient.Answer;
import io.myelin.client.GatewayClient.Message;
import io.myelin.protocol.receipt.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jline.reader.EndOfFileException;
import org.jline.reader.UserInterruptException;
import org.jspecify.annotations.Nullable;

/** A talk with one model: what was said, and the last answer. */
final class Conversation {
  private final GatewayClient client;
  private final String model;
  private final PrintWriter out;
  private final List<Message> messages = new ArrayList<>();
  private @Nullable Answer last;

  Conversation(GatewayClient client, String model, PrintWriter out) {
    this.client = client;
    this.model = model;
    this.out = out;
  }

  /** A system message, before anything else. */
  void begin(String system) {
    messages.add(new Message("system", system));
  }

  /** Asks, and prints the answer as it comes. A question that fails was not asked. */
  void ask(String text) {
    messages.add(new Message("user", text));
    try {
      Answer answer =
          client.chat(
              model,
              messages,
              piece -> {
                out.print(piece);
                out.flush();
              });
      messages.add(new Message("assistant", answer.text()));
      last = answer;
      out.println();
      out.flush();
    } catch (ClientException e) {
      messages.removeLast();
      throw e;
    }
  }

  /** Shows the checks of the last answer's receipt, and keeps it where a file is given. */
  boolean check(@Nullable Path file) {
    Answer answer = last;
    if (answer == null) {
      throw new CommandException("no answer yet");
    }
    // The one that answers here; that it is the right one only its operator can say.
    TaskBundle bundle = AnswerCheck.gather(client, answer, client.gatewayAddress());
    Verification verification = bundle.verify();
    CheckTable.print(verification, out);
    if (file != null) {
      try {
        Files.writeString(file, bundle.toJson());
      } catch (IOException e) {
        throw new CommandException(file + " cannot be written: " + e.getMessage(), e);
      }
      out.println("Kept as " + file + ": ./myelin verify " + file);
    }
    out.flush();
    return verification.holds();
  }

  /** Goes on until the reader's input ends or somebody leaves. */
  void interactive(Function<String, String> readLine) {
    try {
      while (true) {
        String line = readLine.apply("> ").strip();
        if (line.equals("/quit") || line.equals("/exit")) {
          return;
        }
        try {
          turn(line);
        } catch (ClientException e) {
          out.println("! " + e.getMessage());
        }
        out.flush();
      }
    } catch (UserInterruptException | EndOfFileException leaving) {
      out.println();
      out.flush();
    }
  }

  private void turn(String line) {
    String[] words = line.split("\\s+", 2);
    switch (words[0]) {
      case "" -> {}
      case "/help" ->
          out.println(
              "/clear forget the talk   /receipt [FILE] check the last answer's, and keep it   "
                  + "/quit");
      case "/clear" -> messages.removeIf(message -> !message.role().equals("system"));
      case "/receipt" -> {
        boolean _ = check(words.length > 1 ? Path.of(words[1]) : null);
      }
      default -> ask(line);
    }
  }
}
