package io.myelin.cli.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.cli.testing.WordEngine;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.GatewayClient;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that opens sessions, asks, and ends them in one of the ways there are, as often as it is
 * let. Whatever fails it tries again for a while, then leaves as it is.
 */
final class ChaosClient implements Runnable {
  private static final BigInteger MOST_BUDGET_WEI = BigInteger.TEN.pow(18);
  private static final Duration LONG = Duration.ofHours(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long POLL_MILLIS = 50;
  private static final int MOST_TASKS = 2;

  private final ChaosNetwork network;
  private final ClientDesk desk;
  private final Random random;
  private final Consumer<Moment> moments;
  private final Seen seen;
  private final CountDownLatch stop;

  /**
   * Over a network.
   *
   * @param moments told what is about to happen
   * @param seen what all clients saw
   * @param stop ends it, after the session it is at
   */
  ChaosClient(
      ChaosNetwork network,
      ClientDesk desk,
      Random random,
      Consumer<Moment> moments,
      Seen seen,
      CountDownLatch stop) {
    this.network = network;
    this.desk = desk;
    this.random = random;
    this.moments = moments;
    this.seen = seen;
    this.stop = stop;
  }

  @Override
  public void run() {
    try {
      while (stop.getCount() > 0) {
        oneSession();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void oneSession() throws InterruptedException {
    Ending ending = Ending.draw(random);
    int tasks = ending == Ending.LEFT ? 0 : random.nextInt(MOST_TASKS + 1);
    Duration lifetime =
        ending == Ending.RUN_OUT ? Duration.ofSeconds(6 + random.nextInt(15)) : LONG;
    BigInteger budgetWei =
        MOST_BUDGET_WEI.subtract(BigInteger.valueOf(random.nextInt(1_000_000_000)));
    moments.accept(Moment.OPEN);
    ClientSession session;
    try {
      session =
          ClientSession.open(
              network.url(),
              network.gateway(),
              network.roster().client(),
              new ClientSession.Terms(WordEngine.MODEL, 1, budgetWei, lifetime));
    } catch (ClientException e) {
      seen.refused(String.valueOf(e.getMessage()));
      var _ = stop.await(5 * POLL_MILLIS, TimeUnit.MILLISECONDS);
      return;
    }
    SessionId id = SessionId.parse(session.id());
    // The request is older than this moment: so it has expired by then.
    seen.opened(id, ending, System.currentTimeMillis() / 1_000 + lifetime.toSeconds() + 1);
    for (int task = 0; task < tasks; task++) {
      task(session, id);
    }
    if (ending == Ending.BY_GATEWAY) {
      moments.accept(Moment.SETTLE);
      boolean told =
          again(
                  () -> {
                    session.close();
                    return Optional.of(true);
                  })
              .orElse(false);
      if (!told) {
        seen.notTold(id);
      }
    } else if (ending == Ending.ON_CHAIN) {
      moments.accept(Moment.SETTLE);
      // The chain may just have lost the session: it comes back.
      if (!again(() -> desk.brief(id).map(desk::close)).orElse(false)) {
        seen.notTold(id);
      }
    }
  }

  private void task(ClientSession session, SessionId id) throws InterruptedException {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("chat", StreamedAnswer.chat(WordEngine.MODEL, "words?", 1 + random.nextInt(40)));
    try (GatewayClient http = new GatewayClient(session.endpoint())) {
      String task;
      try {
        task = http.post("/api/v1/sessions/" + session.id() + "/tasks", body).path("id").asText();
      } catch (ClientException e) {
        // It may run all the same: who asked does not know.
        seen.unsure(id);
        return;
      }
      @Nullable JsonNode view =
          again(
                  () ->
                      Optional.of(http.get("/api/v1/tasks/" + task))
                          .filter(answer -> answer.has("endedAtMillis")))
              .orElse(null);
      if (view == null || !view.path("state").asText().equals("completed")) {
        seen.unsure(id);
        return;
      }
      again(() -> Optional.of(http.get("/api/v1/tasks/" + task + "/receipt")))
          .ifPresentOrElse(json -> seen.receipt(id, priceWei(json)), () -> seen.unsure(id));
    }
  }

  private static BigInteger priceWei(JsonNode json) {
    try {
      return SignedReceipt.parse(json.toString()).receipt().price().totalWei();
    } catch (ReceiptFormatException e) {
      throw new IllegalStateException("no receipt: " + json, e);
    }
  }

  private <T> Optional<T> again(Supplier<Optional<T>> attempt) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    CountDownLatch never = new CountDownLatch(1);
    while (System.nanoTime() - deadlineNanos < 0) {
      try {
        Optional<T> got = attempt.get();
        if (got.isPresent()) {
          return got;
        }
      } catch (ClientException | io.myelin.chain.ChainException e) {
        // Whoever was asked is dead just now.
      }
      var _ = never.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
    }
    return Optional.empty();
  }
}
