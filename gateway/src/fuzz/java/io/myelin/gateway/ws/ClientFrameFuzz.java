package io.myelin.gateway.ws;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import io.myelin.gateway.http.ApiError;
import java.util.Locale;

class ClientFrameFuzz {

  /** Whatever a client sends is a frame or an error that a client can read. */
  @FuzzTest(maxDuration = "5s")
  void anyTextIsAFrameOrAnApiError(FuzzedDataProvider data) {
    String text = data.consumeRemainingAsString();
    try {
      ClientFrame frame = ClientFrame.parse(text);
      if (frame instanceof ClientFrame.Resume resume
          && (resume.task().length() != 64
              || !resume.task().equals(resume.task().toLowerCase(Locale.ROOT))
              || resume.afterSeq() < -1)) {
        throw new AssertionError("out of range: " + resume);
      }
    } catch (ApiError e) {
      if (e.status().code() != 400 || e.text().isBlank() || e.text().length() > 1_000) {
        throw new AssertionError("not an answer for a client: " + e.status() + " " + e.text(), e);
      }
    }
  }
}
