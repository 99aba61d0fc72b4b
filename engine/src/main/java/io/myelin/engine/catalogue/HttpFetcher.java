package io.myelin.engine.catalogue;

import io.myelin.engine.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Downloads one file over HTTP, going on where an earlier or broken attempt stopped. */
final class HttpFetcher {
  private static final int ATTEMPTS = 5;
  private static final Duration CONNECT = Duration.ofSeconds(20);
  private static final Duration HEADERS = Duration.ofSeconds(60);

  private final Duration stall;
  private final Duration backoff;

  HttpFetcher(Duration stall, Duration backoff) {
    this.stall = stall;
    this.backoff = backoff;
  }

  /** Leaves the file at {@code part}, which may hold its beginning already. */
  void fetch(URI url, Path part, FetchProgress progress) throws IOException {
    try (HttpClient client =
            HttpClient.newBuilder()
                .connectTimeout(CONNECT)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        ScheduledExecutorService watch =
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("download-watch").factory())) {
      IOException last = new IOException("not tried");
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (attempt > 0) {
          progress.update("download broke off (" + last.getMessage() + "), going on", 0, -1);
          LockSupport.parkNanos(backoff.toNanos() << (attempt - 1));
        }
        try {
          once(client, watch, url, part, progress);
          return;
        } catch (IOException e) {
          last = e;
        }
      }
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE,
          "cannot download "
              + url
              + " after "
              + ATTEMPTS
              + " attempts: "
              + describe(last)
              + "; what came is kept, so trying again goes on from there",
          last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          EngineException.Kind.BAD_MODEL_FILE, "interrupted while downloading " + url, e);
    }
  }

  private void once(
      HttpClient client, ScheduledExecutorService watch, URI url, Path part, FetchProgress progress)
      throws IOException, InterruptedException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(url).timeout(HEADERS).header("Accept-Encoding", "identity");
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      int status = response.statusCode();
      if (status == 416 && have > 0) {
        // Either whole already, or not the same file any more: the digest will tell.
        return;
      }
      if (status >= 500 || status == 429 || status == 408) {
        throw new IOException("HTTP status " + status);
      }
      if (status != 200 && status != 206) {
        throw new EngineException(
            EngineException.Kind.BAD_MODEL_FILE,
            "cannot download "
                + url
                + ": HTTP status "
                + status
                + " (expected: 200)"
                + hint(status));
      }
      boolean resumed =
          status == 206
              && response
                  .headers()
                  .firstValue("Content-Range")
                  .map(range -> range.startsWith("bytes " + have(part) + "-"))
                  .orElse(false);
      if (status == 206 && !resumed) {
        Files.deleteIfExists(part);
        throw new IOException("the server answered another range than asked for");
      }
      long start = resumed ? have : 0;
      long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
      long total = length < 0 ? -1 : start + length;
      FetchLimits.requireSpace(part.toAbsolutePath().getParent(), length, url.toString());
      copy(watch, body, part, start, total, progress);
    }
  }

  private static long have(Path part) {
    try {
      return Files.exists(part) ? Files.size(part) : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private void copy(
      ScheduledExecutorService watch,
      InputStream body,
      Path part,
      long start,
      long total,
      FetchProgress progress)
      throws IOException {
    AtomicLong lastNanos = new AtomicLong(System.nanoTime());
    long periodMillis = Math.max(1, stall.toMillis() / 4);
    // A read has no timeout of its own; closing the body ends it.
    ScheduledFuture<?> watcher =
        watch.scheduleAtFixedRate(
            () -> closeIfStalled(body, lastNanos.get()),
            periodMillis,
            periodMillis,
            TimeUnit.MILLISECONDS);
    try (OutputStream out =
        start > 0
            ? Files.newOutputStream(part, StandardOpenOption.APPEND)
            : Files.newOutputStream(part)) {
      byte[] buffer = new byte[1 << 16];
      long done = start;
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        lastNanos.set(System.nanoTime());
        out.write(buffer, 0, n);
        done += n;
        progress.update("downloading " + part.getFileName(), done, total);
      }
      if (total >= 0 && done < total) {
        throw new IOException("ended at byte " + done + " of " + total);
      }
    } finally {
      watcher.cancel(false);
    }
  }

  private void closeIfStalled(InputStream body, long lastNanos) {
    if (System.nanoTime() - lastNanos > stall.toNanos()) {
      try {
        body.close();
      } catch (IOException e) {
        // It was to end anyway; the reader reports.
      }
    }
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403 -> "; the file needs a login: download it yourself and add the local file";
      case 404 -> "; check the address";
      default -> "";
    };
  }

  private static String describe(IOException e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
