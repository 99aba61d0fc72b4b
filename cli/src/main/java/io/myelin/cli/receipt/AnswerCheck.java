package io.myelin.cli.receipt;

import io.myelin.cli.CommandException;
import io.myelin.client.GatewayClient;
import io.myelin.client.GatewayClient.Answer;
import io.myelin.protocol.ids.Address;
import java.time.Duration;
import java.util.Optional;

/** Gathers what belongs to an answer, so that its receipt can be checked now and later. */
public final class AnswerCheck {
  private static final Duration RECEIPT_PATIENCE = Duration.ofSeconds(15);
  private static final long POLL_MILLIS = 50;

  private AnswerCheck() {}

  /**
   * The receipt, what was asked (worked out here), the text that was read, and the chunks while the
   * gateway still has them.
   *
   * @param gateway who must have signed
   */
  public static TaskBundle gather(GatewayClient client, Answer answer, Address gateway) {
    if (answer.taskId().isEmpty()) {
      throw new CommandException("the answer came without a Myelin-Task header");
    }
    String receipt = receipt(client, answer.taskId());
    return new TaskBundle(
        receipt,
        Optional.of(gateway),
        Optional.of(AskedWork.of(answer.request(), receipt)),
        Optional.of(answer.text()),
        client.chunks(answer.taskId()));
  }

  private static String receipt(GatewayClient client, String taskId) {
    long deadline = System.nanoTime() + RECEIPT_PATIENCE.toNanos();
    while (true) {
      Optional<String> receipt = client.receipt(taskId);
      if (receipt.isPresent()) {
        return receipt.get();
      }
      // The answer does not wait for the disk; its receipt follows.
      if (System.nanoTime() > deadline) {
        throw new CommandException("no receipt of task " + taskId + ": it did not complete");
      }
      try {
        Thread.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CommandException("interrupted", e);
      }
    }
  }
}
