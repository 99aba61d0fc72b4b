package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * JSON-RPC over one WebSocket, many calls at once. It connects with the first call and again with
 * the first call after a break; a call that gets no answer in time breaks the connection, since a
 * dead peer looks the same.
 */
final class WebSocketTransport implements Transport {
  private final HttpClient http;
  private final URI uri;
  private final Duration connectTimeout;
  private final AtomicLong ids = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Connection connection;

  WebSocketTransport(URI uri, Duration connectTimeout) {
    this.uri = uri;
    this.connectTimeout = connectTimeout;
    this.http = HttpClient.newBuilder().connectTimeout(connectTimeout).build();
  }

  @Override
  public JsonNode call(String method, ArrayNode parameters, Duration timeout)
      throws FaultException, RefusalException {
    long id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    Connection open = send(id, Frames.request(id, method, parameters), answer, timeout);
    try {
      return Frames.result(await(answer, timeout), id);
    } catch (FaultException e) {
      open.fail(e);
      throw e;
    } finally {
      open.waiting.remove(id);
    }
  }

  private Connection send(
      long id, String request, CompletableFuture<JsonNode> answer, Duration timeout)
      throws FaultException {
    lock.lock();
    try {
      Connection open = connection;
      if (open == null || open.broken()) {
        open = new Connection();
        open.socket =
            await(
                http.newWebSocketBuilder().connectTimeout(connectTimeout).buildAsync(uri, open),
                connectTimeout);
        connection = open;
      }
      open.waiting.put(id, answer);
      WebSocket socket = open.socket;
      if (socket == null) {
        throw new FaultException("not connected");
      }
      await(socket.sendText(request, true), timeout);
      return open;
    } finally {
      lock.unlock();
    }
  }

  private static <T> T await(CompletableFuture<T> future, Duration timeout) throws FaultException {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      future.cancel(true);
      throw new FaultException("no answer within " + timeout.toMillis() + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FaultException("interrupted", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new FaultException(Reasons.of(cause), cause);
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (connection != null) {
        connection.fail(new FaultException("closed"));
      }
    } finally {
      lock.unlock();
    }
    http.shutdownNow();
  }

  /** One connection's life: what waits on it fails with it. */
  private static final class Connection implements WebSocket.Listener {
    private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<FaultException> end = new CompletableFuture<>();
    private volatile @Nullable WebSocket socket;

    boolean broken() {
      return end.isDone();
    }

    void fail(FaultException why) {
      end.complete(why);
      WebSocket open = socket;
      if (open != null) {
        open.abort();
      }
      waiting.values().forEach(one -> one.completeExceptionally(why));
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      if (text.length() + data.length() > Frames.MAX_ANSWER) {
        fail(new FaultException("its answer is longer than " + Frames.MAX_ANSWER + " characters"));
        return null;
      }
      text.append(data);
      if (last) {
        String whole = text.toString();
        text.setLength(0);
        take(whole);
      }
      from.request(1);
      return null;
    }

    private void take(String whole) {
      try {
        JsonNode response = Frames.parse(whole);
        CompletableFuture<JsonNode> answer = waiting.remove(response.path("id").asLong(-1));
        if (answer != null) {
          answer.complete(response);
        }
      } catch (FaultException e) {
        fail(e);
      }
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int status, String reason) {
      fail(new FaultException("it closed the connection (status " + status + ")"));
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      fail(new FaultException(Reasons.of(error), error));
    }
  }
}
