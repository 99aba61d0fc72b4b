package io.myelin.engine.upstream;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.engine.EngineException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** HTTP to one upstream: opens streams, watches that they flow, sorts failures. */
final class UpstreamCalls implements AutoCloseable {
  private static final int MAX_ERROR_BYTES = 1 << 16;
  private static final long MAX_RETRY_AFTER_MILLIS = 10_000;
  private static final long WATCH_MILLIS = 20;

  private final UpstreamConfig config;
  private final HttpClient client;
  private final ScheduledExecutorService watcher =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("upstream-watch").factory());

  /** A failure before the first byte that may be over in a moment. */
  static final class Passing extends IOException {
    private static final long serialVersionUID = 1L;
    private final EngineException failure;
    private final long retryAfterMillis;

    Passing(EngineException failure, long retryAfterMillis) {
      super(failure);
      this.failure = failure;
      this.retryAfterMillis = retryAfterMillis;
    }

    EngineException failure() {
      return failure;
    }

    long retryAfterMillis() {
      return retryAfterMillis;
    }
  }

  UpstreamCalls(UpstreamConfig config) {
    this.config = config;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(config.connect())
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
  }

  /** The body of a good answer. */
  InputStream open(String path, JsonNode body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config.endpoint(path))
            .timeout(config.firstByte())
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream, application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    if (!config.apiKey().isEmpty()) {
      request.header("Authorization", "Bearer " + config.apiKey());
    }
    HttpResponse<InputStream> response;
    try {
      response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw passing("cannot be reached at " + config.baseUrl() + ": " + reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    int status = response.statusCode();
    if (status == 200) {
      return response.body();
    }
    String said;
    try (InputStream in = response.body();
        Watch watch = watch(in)) {
      said = watch.readAll(MAX_ERROR_BYTES, config.idle());
    } catch (IOException e) {
      said = "";
    }
    EngineException failure = UpstreamErrors.ofStatus(config, status, said);
    if (UpstreamErrors.passing(status)) {
      long seconds =
          response.headers().firstValue("Retry-After").map(UpstreamCalls::seconds).orElse(0L);
      throw new Passing(failure, Math.min(seconds * 1000, MAX_RETRY_AFTER_MILLIS));
    }
    throw failure;
  }

  private static long seconds(String header) {
    return header.matches("[0-9]{1,6}") ? Long.parseLong(header) : 0;
  }

  Passing passing(String why, @Nullable Exception cause) {
    String message = "upstream of " + config.modelId() + " " + why;
    return new Passing(
        cause == null
            ? new EngineException(EngineException.Kind.CRASHED, message)
            : new EngineException(EngineException.Kind.CRASHED, message, cause),
        0);
  }

  /** Waits before the next attempt; a notification on {@code lock} may end it early. */
  void pause(Object lock, BooleanSupplier ended, int attempt, long atLeastMillis)
      throws IOException {
    long millis = Math.max(atLeastMillis, config.backoff().toMillis() << attempt);
    long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    synchronized (lock) {
      try {
        for (long left = millis;
            left > 0 && !ended.getAsBoolean();
            left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime())) {
          lock.wait(left);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  Watch watch(InputStream stream) {
    return new Watch(stream);
  }

  /** Ends reads that take too long, which a stream cannot do itself. */
  final class Watch implements AutoCloseable {
    private final InputStream stream;
    private final ScheduledFuture<?> task;
    private volatile long deadlineNanos;
    private volatile boolean reading;
    private volatile boolean late;

    private Watch(InputStream stream) {
      this.stream = stream;
      this.task =
          watcher.scheduleWithFixedDelay(
              this::check, WATCH_MILLIS, WATCH_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void check() {
      if (reading && System.nanoTime() - deadlineNanos > 0) {
        late = true;
        closeQuietly(stream);
      }
    }

    /** Reads what is there; fails when nothing comes within {@code patience}. */
    int read(byte[] buffer, Duration patience) throws IOException {
      deadlineNanos = System.nanoTime() + patience.toNanos();
      reading = true;
      try {
        int read = stream.read(buffer);
        if (read < 0 && late) {
          throw new IOException("closed");
        }
        return read;
      } catch (IOException e) {
        throw late ? new IOException("nothing came for " + patience.toMillis() + " ms", e) : e;
      } finally {
        reading = false;
      }
    }

    String readAll(int most, Duration patience) throws IOException {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      for (int n = read(buffer, patience); n >= 0; n = read(buffer, patience)) {
        all.write(buffer, 0, Math.min(n, most - all.size()));
        if (all.size() >= most) {
          break;
        }
      }
      return all.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
      task.cancel(false);
    }
  }

  static void closeQuietly(InputStream stream) {
    try {
      stream.close();
    } catch (IOException e) {
      // It is to end; how is no matter.
    }
  }

  static String reason(Exception e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }

  @Override
  public void close() {
    watcher.shutdownNow();
    client.shutdownNow();
  }
}
