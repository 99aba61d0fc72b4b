package io.myelin.registry.mempool;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.myelin.v1.ExchangeRequest;
import io.myelin.v1.GossipItem;
import io.myelin.v1.GossipReply;
import io.myelin.v1.MempoolGrpc.MempoolBlockingStub;
import io.myelin.v1.MempoolGrpc.MempoolStub;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The other registry nodes: told at once, asked every few seconds. */
final class Others implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Others.class);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** What is not told for lack of room is asked for later. */
  private static final int TELLING = 256;

  /** Most that is taken of one answer; the next one goes on. */
  private static final int MOST_ITEMS = 1_024;

  private final Supplier<? extends Collection<URI>> urls;
  private final ClientFactory factory;
  private final Map<URI, Calls> calls = new ConcurrentHashMap<>();
  private final Semaphore telling = new Semaphore(TELLING);
  private final AtomicInteger turn = new AtomicInteger();

  private record Calls(MempoolStub telling, MempoolBlockingStub asking) {}

  Others(Supplier<? extends Collection<URI>> urls) {
    this.urls = urls;
    this.factory = ClientFactory.builder().workerGroup(1).connectTimeout(CONNECT).build();
  }

  private Calls calls(URI url) {
    return calls.computeIfAbsent(
        url,
        _ -> {
          var builder =
              GrpcClients.builder("gproto+" + url).factory(factory).responseTimeoutMillis(0);
          return new Calls(
              builder.build(MempoolStub.class), builder.build(MempoolBlockingStub.class));
        });
  }

  /** Tells everybody; never blocks. How many are told. */
  int tell(GossipItem item) {
    int told = 0;
    Set<URI> now = Set.copyOf(urls.get());
    calls.keySet().retainAll(now);
    for (URI url : now) {
      if (!telling.tryAcquire()) {
        LOG.debug("{} is not told at once: {} are being told", url, TELLING);
        continue;
      }
      told++;
      calls(url)
          .telling()
          .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
          .gossip(
              item,
              new StreamObserver<>() {
                @Override
                public void onNext(GossipReply reply) {}

                @Override
                public void onError(Throwable error) {
                  telling.release();
                  LOG.debug("{} is not told: {}", url, error.toString());
                }

                @Override
                public void onCompleted() {
                  telling.release();
                }
              });
    }
    return told;
  }

  /** What the next in turn has and this node lacks; nothing when it does not answer. Blocks. */
  List<GossipItem> ask(ExchangeRequest known) {
    Optional<URI> next = next();
    List<GossipItem> items = new ArrayList<>();
    if (next.isEmpty()) {
      return items;
    }
    try {
      Iterator<GossipItem> answer =
          calls(next.get())
              .asking()
              .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .exchange(known);
      while (items.size() < MOST_ITEMS && answer.hasNext()) {
        items.add(answer.next());
      }
    } catch (StatusRuntimeException e) {
      LOG.debug("{} does not answer: {}", next.get(), e.toString());
    }
    return items;
  }

  private Optional<URI> next() {
    List<URI> now = urls.get().stream().distinct().sorted().toList();
    return now.isEmpty()
        ? Optional.empty()
        : Optional.of(now.get(Math.floorMod(turn.getAndIncrement(), now.size())));
  }

  @Override
  public void close() {
    var _ = factory.closeAsync();
  }
}
