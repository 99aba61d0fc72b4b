package io.myelin.registry.mempool;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.v1.MempoolGrpc.MempoolBlockingStub;
import io.myelin.v1.PendingCancellation;
import io.myelin.v1.PendingEntry;
import io.myelin.v1.PendingQuery;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks registry nodes, of which any may be down. What they show is checked by nobody here: {@link
 * io.myelin.protocol.mempool.Announcement#check}.
 */
public final class MempoolClient implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** One may lie by leaving out: two are asked. */
  private static final int ASKED = 2;

  private final ClientFactory factory =
      ClientFactory.builder().workerGroup(1).connectTimeout(CONNECT).build();
  private final Map<URI, MempoolBlockingStub> calls = new ConcurrentHashMap<>();

  private MempoolBlockingStub at(URI url) {
    return calls
        .computeIfAbsent(
            url,
            _ ->
                GrpcClients.builder("gproto+" + url)
                    .factory(factory)
                    .responseTimeoutMillis(0)
                    .maxResponseLength(64L << 20)
                    .build(MempoolBlockingStub.class))
        .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Brings a request to the first node that answers.
   *
   * @return how many nodes have it or are told
   * @throws StatusRuntimeException why it is not taken in, or {@code UNAVAILABLE} when no node
   *     answers
   */
  public int submit(Collection<URI> nodes, PendingEntry entry) {
    return first(nodes, calls -> 1 + calls.submit(entry).getTold());
  }

  /**
   * Takes out what a client has in a place.
   *
   * @return whether something was there
   * @throws StatusRuntimeException as above
   */
  public boolean cancel(Collection<URI> nodes, PendingCancellation cancel) {
    return first(nodes, calls -> !calls.cancel(cancel).getSessionId().isEmpty());
  }

  /**
   * What waits, as two nodes know it.
   *
   * @throws StatusRuntimeException {@code UNAVAILABLE} when no node answers
   */
  public List<PendingEntry> pending(Collection<URI> nodes, PendingQuery query) {
    Map<PendingEntry, Boolean> found = new LinkedHashMap<>();
    int answered = 0;
    List<String> failures = new ArrayList<>();
    for (URI url : nodes) {
      if (answered == ASKED) {
        break;
      }
      try {
        at(url).pending(query).forEachRemaining(entry -> found.put(entry, true));
        answered++;
      } catch (StatusRuntimeException e) {
        failures.add(url + ": " + e.getStatus());
      }
    }
    if (answered == 0) {
      throw nobody(failures);
    }
    return List.copyOf(found.keySet());
  }

  private <T> T first(Collection<URI> nodes, Function<MempoolBlockingStub, T> call) {
    List<String> failures = new ArrayList<>();
    for (URI url : nodes) {
      try {
        return call.apply(at(url));
      } catch (StatusRuntimeException e) {
        boolean another =
            switch (e.getStatus().getCode()) {
              case UNAVAILABLE, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNKNOWN ->
                  true;
              default -> false;
            };
        if (!another) {
          throw e;
        }
        failures.add(url + ": " + e.getStatus().getDescription());
      }
    }
    throw nobody(failures);
  }

  private static StatusRuntimeException nobody(List<String> failures) {
    return Status.UNAVAILABLE
        .withDescription(
            failures.isEmpty()
                ? "NO_REGISTRY: no registry node is known (expected: one at least)"
                : "NO_REGISTRY: no registry node takes it: " + String.join("; ", failures))
        .asRuntimeException();
  }

  @Override
  public void close() {
    var _ = factory.closeAsync();
  }
}
