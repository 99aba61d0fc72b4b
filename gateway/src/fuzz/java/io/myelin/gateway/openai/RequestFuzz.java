package io.myelin.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.StrictJson;
import io.myelin.v1.GenerationSpec;
import java.time.Instant;

/** Bodies of strangers: read, or refused with an {@link ApiError}; nothing else. */
class RequestFuzz {
  @FuzzTest(maxDuration = "5s")
  void readsOrRefuses(byte[] body) {
    try {
      ObjectNode object = StrictJson.object(body);
      check(() -> checkSpecs(ChatRequests.read(object, () -> 1, () -> Instant.EPOCH)));
      check(() -> checkSpecs(CompletionRequests.read(object, () -> 1)));
      check(() -> EmbeddingParameters.TABLE.read(object, "", new EmbeddingDraft()));
    } catch (ApiError e) {
      checkError(e);
    }
  }

  private interface Reading {
    void read() throws ApiError;
  }

  private static void check(Reading reading) {
    try {
      reading.read();
    } catch (ApiError e) {
      checkError(e);
    }
  }

  private static void checkError(ApiError e) {
    assertThat(e.status().code()).isEqualTo(400);
    assertThat(e.text()).isNotBlank().hasSizeLessThan(4_000);
    assertThat(ErrorResponses.body(e)).isNotEmpty();
  }

  /** What is let through is within the ranges that are documented. */
  private static void checkSpecs(GenerationRequest request) {
    assertThat(request.specs()).hasSizeBetween(1, CommonParameters.MAX_CHOICES);
    for (GenerationSpec spec : request.specs()) {
      assertThat(spec.getSampling().getTemperature()).isBetween(0.0, 2.0);
      assertThat(spec.getSampling().getTopP()).isBetween(Double.MIN_VALUE, 1.0);
      assertThat(spec.getTopLogprobs()).isBetween(0, 20);
      assertThat(spec.getMaxTokens()).isNotNegative();
      assertThat(spec.getModel()).isNotEmpty();
    }
  }
}
