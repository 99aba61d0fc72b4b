package io.myelin.cli.fronts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.cli.testing.LiveNetwork;
import io.myelin.cli.testing.StreamedAnswer;
import io.myelin.client.ClientException;
import io.myelin.client.ClientSession;
import io.myelin.client.ClientSession.Terms;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.v1.SubmitRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Four fronts, one pipeline: what a gateway says does not depend on how it was asked. */
@Timeout(180)
class FrontsAgreeIT {
  @TempDir static Path folder;
  private static LiveNetwork network;
  private static Fronts fronts;
  private static Fronts strangers;

  @BeforeAll
  static void start() throws Exception {
    network = LiveNetwork.start(folder, 2, 2);
    fronts = new Fronts(network.session(Terms.usual("*", 1)));
    strangers = new Fronts(network.session(Terms.usual("*", 1)));
  }

  @AfterAll
  static void stop() {
    strangers.close();
    fronts.close();
    network.close();
  }

  private static ObjectNode chat(String question, int maxTokens) {
    return StreamedAnswer.chat(LiveNetwork.MODEL, question, maxTokens).put("seed", 7);
  }

  private static Map<String, Ending> everywhere(ObjectNode chat) throws Exception {
    return Map.of(
        "openai", fronts.openAi(chat),
        "native", fronts.nativeApi(chat),
        "websocket", fronts.webSocket(chat),
        "grpc", fronts.grpc(chat));
  }

  private static Receipt receipt(String task) throws ReceiptFormatException {
    return SignedReceipt.parse(fronts.http.receipt(task).orElseThrow()).receipt();
  }

  @Test
  void shouldGiveTheSameAnswerCountTheSameAndSignTheSame() throws Exception {
    ObjectNode greedy = chat("What is the capital of France?", 24);
    ObjectNode drawn = chat("Tell me of a river, with an é.", 24).put("temperature", 1);
    ObjectNode stopped = chat("Count from one to ten.", 48);
    stopped.putArray("stop").add("3");
    for (ObjectNode chat : List.of(greedy, drawn, stopped)) {
      Map<String, Ending> endings = everywhere(chat);
      assertThat(endings.values()).extracting(Ending::unnamed).containsOnly(only(endings));
      assertThat(only(endings).text()).isNotEmpty();
      List<Receipt> receipts = new ArrayList<>();
      for (Ending ending : endings.values()) {
        receipts.add(receipt(ending.task()));
      }
      assertThat(receipts)
          .extracting(receipt -> receipt.output().outputDigest())
          .containsOnly(receipts.getFirst().output().outputDigest());
      assertThat(receipts)
          .extracting(receipt -> receipt.price().totalWei())
          .containsOnly(receipts.getFirst().price().totalWei());
    }
    assertThat(fronts.openAi(greedy).text()).contains("Paris");
  }

  private static Ending only(Map<String, Ending> endings) {
    return endings.values().iterator().next().unnamed();
  }

  @Test
  void shouldFailAlikeWhenThePromptDoesNotFit() throws Exception {
    ObjectNode chat = chat("far too many words ".repeat(2_000), 8);
    assertThat(fronts.refusedByOpenAi(chat).path("code").asText())
        .isEqualTo("context_length_exceeded");
    assertThat(fronts.refusedByOpenAi(chat).path("param").asText()).isEqualTo("messages");
    assertThat(List.of(fronts.nativeApi(chat), fronts.webSocket(chat), fronts.grpc(chat)))
        .extracting(Ending::code)
        .containsOnly("context_length_exceeded");
  }

  @Test
  void shouldRefuseAlikeWhatNobodyServes() throws Exception {
    ObjectNode chat = chat("Hello", 8).put("model", "nobody-serves-this");
    assertThat(fronts.refusedByOpenAi(chat).path("code").asText()).isEqualTo("model_not_found");
    assertThat(fronts.webSocket(chat).code()).isEqualTo("model_not_found");
    assertThatThrownBy(() -> fronts.submitOverHttp(chat))
        .isInstanceOf(ClientException.class)
        .hasMessageContaining("nobody-serves-this");
    assertThatThrownBy(() -> fronts.grpc(chat))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }

  @Test
  void shouldLetATaskOfOneFrontBeFollowedAtEveryOther() throws Exception {
    ObjectNode chat = chat("Name three colours.", 24);
    Ending first = fronts.nativeApi(chat);
    assertThat(fronts.followOverGrpc(first.task())).isEqualTo(first);
    Ending tail = fronts.resumeOverWebSocket(first.task(), 1);
    assertThat(first.text()).endsWith(tail.text());
    assertThat(tail.text().length()).isLessThan(first.text().length());
    String submitted =
        HexFormat.of()
            .formatHex(
                fronts
                    .grpc
                    .submit(SubmitRequest.newBuilder().setGeneration(Fronts.spec(chat)).build())
                    .getTaskId()
                    .toByteArray());
    assertThat(fronts.followOverHttp(submitted).unnamed()).isEqualTo(first.unnamed());
    JsonNode view = fronts.http.get("/api/v1/tasks/" + submitted);
    assertThat(view.path("state").asText()).isEqualTo("completed");
    assertThat(view.path("text").asText()).isEqualTo(first.text());
  }

  @Test
  void shouldTellEveryFollowerOfACancellation() throws Exception {
    try (WsTalk talk = fronts.talk()) {
      ObjectNode submit = talk.frame("submit");
      submit.set("chat", chat("Write a very long story.", 2_000));
      talk.send(submit);
      JsonNode frame = talk.next();
      while (!frame.path("type").asText().equals("tokens")) {
        frame = talk.next();
      }
      String task = frame.path("task").asText();
      fronts.http.delete("/api/v1/tasks/" + task);
      assertThat(talk.end().code()).isEqualTo("cancelled");
      assertThat(fronts.followOverGrpc(task).code()).isEqualTo("cancelled");
      assertThat(fronts.followOverHttp(task).code()).isEqualTo("cancelled");
    }
  }

  @Test
  void shouldSayEverywhereThatTheQueueIsFull() throws Exception {
    ClientSession session = network.session(Terms.usual("*", 1));
    ObjectNode chat = chat("Write a very long story.", 2_000);
    try (Fronts busy = new Fronts(session)) {
      String refusal = "";
      for (int i = 0; i < 1_000 && refusal.isEmpty(); i++) {
        try {
          String task = busy.submitOverHttp(chat);
          assertThat(task).hasSize(64);
        } catch (ClientException e) {
          refusal = String.valueOf(e.getMessage());
        }
      }
      assertThat(refusal).contains("429");
      assertThat(busy.refusedByOpenAi(chat).path("code").asText()).isEqualTo("rate_limit_exceeded");
      assertThat(busy.webSocket(chat).code()).isEqualTo("rate_limit_exceeded");
      assertThatThrownBy(() -> busy.grpc(chat))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(e.getTrailers()).isNotNull();
                assertThat(e.getTrailers().toString()).contains("retry-after");
              });
      // Nobody else waits behind a full queue.
      assertThat(fronts.openAi(chat("Hello", 4)).outputTokens()).isBetween(1, 4);
    } finally {
      session.close();
    }
  }

  @Test
  void shouldHideATaskFromStrangersAtEveryFront() throws Exception {
    Ending mine = fronts.nativeApi(chat("Hello", 4));
    assertThat(strangers.resumeOverWebSocket(mine.task(), 0).code()).isEqualTo("task_not_found");
    assertThatThrownBy(() -> strangers.http.get("/api/v1/tasks/" + mine.task()))
        .isInstanceOf(ClientException.class);
    assertThatThrownBy(() -> strangers.followOverGrpc(mine.task()))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
  }
}
