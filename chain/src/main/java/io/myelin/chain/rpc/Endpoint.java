package io.myelin.chain.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.myelin.protocol.ids.Digest;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One endpoint: its wire, its health, and the proof that it serves the right chain. */
final class Endpoint implements AutoCloseable {
  private final String name;
  private final Transport transport;
  private final ChainSettings settings;
  private final LongSupplier nanoTime;
  private final AtomicReference<Health> health = new AtomicReference<>(Health.GOOD);
  private volatile @Nullable Digest genesis;

  Endpoint(URI uri, Transport transport, ChainSettings settings, LongSupplier nanoTime) {
    this.name = ChainSettings.display(uri);
    this.transport = transport;
    this.settings = settings;
    this.nanoTime = nanoTime;
  }

  static Transport transport(URI uri, Duration connectTimeout) {
    return uri.getScheme().startsWith("ws")
        ? new WebSocketTransport(uri, connectTimeout)
        : new HttpTransport(uri, connectTimeout);
  }

  String name() {
    return name;
  }

  boolean rests() {
    return health.get().restsAt(nanoTime.getAsLong());
  }

  Health health() {
    return health.get();
  }

  void mislead(String why, Duration rest) {
    change(now -> now.misleading(why, rest.toNanos(), nanoTime.getAsLong()));
  }

  private void change(UnaryOperator<Health> step) {
    health.updateAndGet(step);
  }

  /** Hash of block 0, which it showed when it was first used. */
  @Nullable Digest genesis() {
    return genesis;
  }

  /** A question whose answer is read by {@code reader}; an unreadable answer is a fault. */
  <T> T ask(String method, ArrayNode parameters, Answer<T> reader)
      throws FaultException, RefusalException, WrongChain {
    if (genesis == null) {
      checkChain();
    }
    return timed(method, parameters, reader);
  }

  private void checkChain() throws FaultException, RefusalException, WrongChain {
    long id = timed("eth_chainId", Frames.parameters(), Json::quantity);
    if (id != settings.chainId()) {
      throw new WrongChain(
          name + " serves chain " + id + " (expected: " + settings.chainId() + ")");
    }
    genesis = timed("eth_getBlockByNumber", Frames.parameters("0x0", false), Json::header).hash();
  }

  private <T> T timed(String method, ArrayNode parameters, Answer<T> reader)
      throws FaultException, RefusalException {
    long start = nanoTime.getAsLong();
    try {
      JsonNode answer = transport.call(method, parameters, settings.callTimeout());
      T value = reader.read(answer);
      answered(start);
      return value;
    } catch (RefusalException e) {
      if (e.isPassing()) {
        change(now -> now.failed(nanoTime.getAsLong()));
      } else {
        answered(start);
      }
      throw e;
    } catch (IllegalArgumentException e) {
      change(now -> now.failed(nanoTime.getAsLong()));
      throw new FaultException(method + ": " + e.getMessage(), e);
    } catch (FaultException e) {
      change(now -> now.failed(nanoTime.getAsLong()));
      throw new FaultException(method + ": " + e.getMessage(), e);
    }
  }

  private void answered(long start) {
    long end = nanoTime.getAsLong();
    boolean slowly = end - start > settings.slowAnswer().toNanos();
    change(now -> now.answered(slowly, end));
  }

  @Override
  public void close() {
    transport.close();
  }

  /** Reads a {@code result}; an IllegalArgumentException says that it is not what was asked. */
  interface Answer<T> {
    T read(JsonNode result);
  }

  /** The endpoint is of another chain. */
  static final class WrongChain extends Exception {
    private static final long serialVersionUID = 1L;

    WrongChain(String message) {
      super(message);
    }
  }
}
