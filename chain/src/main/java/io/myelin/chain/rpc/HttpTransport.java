package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/** JSON-RPC by HTTP POST, one request a call, connections kept. */
final class HttpTransport implements Transport {
  private static final int OK = 200;

  private final HttpClient http;
  private final URI uri;
  private final AtomicLong ids = new AtomicLong();

  HttpTransport(URI uri, Duration connectTimeout) {
    this.uri = uri;
    // A redirect would carry a signed transaction to a host nobody configured.
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(connectTimeout)
            .build();
  }

  @Override
  public JsonNode call(String method, ArrayNode parameters, Duration timeout)
      throws FaultException, RefusalException {
    long id = ids.incrementAndGet();
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(timeout)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(Frames.request(id, method, parameters)))
            .build();
    HttpResponse<String> response = exchange(request, timeout);
    JsonNode body;
    try {
      body = Frames.parse(response.body());
    } catch (FaultException e) {
      if (response.statusCode() != OK) {
        throw new FaultException("it answered with HTTP status " + response.statusCode(), e);
      }
      throw e;
    }
    // Some clients put an error of the call itself into a 4xx or 5xx.
    if (response.statusCode() != OK && !body.path("error").isObject()) {
      throw new FaultException("it answered with HTTP status " + response.statusCode());
    }
    return Frames.result(body, id);
  }

  private HttpResponse<String> exchange(HttpRequest request, Duration timeout)
      throws FaultException {
    CompletableFuture<HttpResponse<String>> future =
        http.sendAsync(
            request,
            BodyHandlers.limiting(
                BodyHandlers.ofString(StandardCharsets.UTF_8), Frames.MAX_ANSWER));
    try {
      // The request's own timeout ends with the headers; this one holds for the body too.
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new FaultException("no answer within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new FaultException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new FaultException(Reasons.of(cause), cause);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
