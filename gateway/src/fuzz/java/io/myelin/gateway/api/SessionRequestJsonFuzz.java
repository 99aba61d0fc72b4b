package io.myelin.gateway.api;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.session.SignedSessionRequest;

class SessionRequestJsonFuzz {

  /** Any bytes are a request within its ranges, or an error that a client can read. */
  @FuzzTest(maxDuration = "5s")
  void anyBytesAreARequestOrAnApiError(byte[] bytes) {
    try {
      SignedSessionRequest signed = SessionRequestJson.parse(bytes);
      if (signed.maxTasks() < 0
          || signed.request().budgetWei().signum() < 0
          || signed.request().model().length() > 256) {
        throw new AssertionError("out of range: " + signed);
      }
    } catch (ApiError e) {
      if (e.status().code() != 400 || e.text().isBlank() || e.text().length() > 1_000) {
        throw new AssertionError("not an answer for a client: " + e.status() + " " + e.text(), e);
      }
    }
  }
}
