package io.myelin.cli.devnet;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.cli.CommandException;
import io.myelin.cli.receipt.AnswerCheck;
import io.myelin.cli.receipt.CheckTable;
import io.myelin.cli.receipt.TaskBundle;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.client.GatewayClient.Answer;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.Segment;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verification;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Asks once as any client would, then shows and checks what came of it. */
final class Asking {
  private final ClientSession session;
  private final Address gateway;
  private final Path data;
  private final PrintWriter out;

  Asking(ClientSession session, Address gateway, Path data, PrintWriter out) {
    this.session = session;
    this.gateway = gateway;
    this.data = data;
    this.out = out;
  }

  /** Returns whether everything checked held. */
  boolean ask(String model, String prompt) {
    out.println("> " + prompt);
    out.println();
    long startNanos = System.nanoTime();
    long[] firstNanos = {0};
    Answer answer;
    TaskBundle bundle;
    long endNanos;
    try (GatewayClient client = new GatewayClient(session.endpoint())) {
      answer =
          client.chat(
              model,
              List.of(new GatewayClient.Message("user", prompt)),
              text -> {
                if (firstNanos[0] == 0) {
                  firstNanos[0] = System.nanoTime();
                }
                out.print(text);
                out.flush();
              });
      endNanos = System.nanoTime();
      bundle = AnswerCheck.gather(client, answer, gateway);
    }
    out.println();
    out.println();
    out.printf(
        Locale.ROOT,
        "%d prompt + %d answer tokens, the first after %d ms, all in %.1f s (%s)%n%n",
        answer.promptTokens(),
        answer.completionTokens(),
        (firstNanos[0] - startNanos) / 1_000_000,
        (endNanos - startNanos) / 1e9,
        answer.finishReason());
    Path file = keep(answer.taskId(), bundle);
    Verification verification = bundle.verify();
    out.println("Receipt of task " + answer.taskId());
    CheckTable.print(verification, out);
    show(bundle.receipt());
    out.println();
    out.println("Kept, with all that the checks need, as " + file);
    out.println("Check it again any time, without a network: ./myelin verify " + file);
    out.flush();
    return verification.holds();
  }

  private Path keep(String taskId, TaskBundle bundle) {
    Path file = data.resolve("receipts").resolve(taskId + ".json");
    try {
      Files.createDirectories(data.resolve("receipts"));
      Files.writeString(file, bundle.toJson());
      return file;
    } catch (IOException e) {
      throw new CommandException("the receipt cannot be kept: " + e.getMessage(), e);
    }
  }

  private void show(String json) {
    Receipt receipt;
    try {
      receipt = SignedReceipt.parse(json).receipt();
    } catch (ReceiptFormatException e) {
      throw new CommandException("the gateway served no receipt: " + e.getMessage(), e);
    }
    out.println();
    for (Segment segment : receipt.segments()) {
      out.printf(
          "  chunks %d to %d (%d tokens) from %s, attempt %d%n",
          segment.firstChunk(),
          segment.firstChunk() + segment.chunks() - 1,
          segment.tokens(),
          segment.node(),
          segment.attempt());
    }
    out.println();
    out.println("Earned, to be split when the session is settled:");
    for (ReceiptNode node : receipt.nodes()) {
      out.printf(
          "  %s  %-7s  %s wei%n",
          node.address(), node.role().name().toLowerCase(Locale.ROOT), node.priceWei());
    }
    JsonNode view = session.view();
    out.printf(
        "  charged to client %s: %s wei for this task; the session spent %s of %s wei in %d task(s)%n",
        session.client(),
        receipt.price().totalWei(),
        view.path("spentWei").asText(),
        view.path("budgetWei").asText(),
        view.path("tasksDone").asLong());
  }
}
