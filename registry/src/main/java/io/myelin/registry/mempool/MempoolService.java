package io.myelin.registry.mempool;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.PoolEntry;
import io.myelin.v1.ExchangeRequest;
import io.myelin.v1.GossipItem;
import io.myelin.v1.GossipReply;
import io.myelin.v1.MempoolGrpc.MempoolImplBase;
import io.myelin.v1.PendingCancelReply;
import io.myelin.v1.PendingCancellation;
import io.myelin.v1.PendingChange;
import io.myelin.v1.PendingEntry;
import io.myelin.v1.PendingQuery;
import io.myelin.v1.PendingSubmitReply;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The rpcs of a pool. */
public final class MempoolService extends MempoolImplBase {
  /** Most ids that another node may say it has. */
  private static final int MOST_KNOWN = 16_384;

  private final MempoolNode node;
  private final Semaphore watching;

  /** Of a node, which the caller closes. */
  public MempoolService(MempoolNode node) {
    this.node = node;
    this.watching = new Semaphore(node.settings().watchers());
  }

  @Override
  public void submit(PendingEntry request, StreamObserver<PendingSubmitReply> client) {
    answer(
        client,
        () -> {
          int told = node.submit(request);
          return PendingSubmitReply.newBuilder()
              .setSessionId(
                  MempoolCodec.bytes(
                      MempoolCodec.announcement(request, node.settings().domain())
                          .pending()
                          .sessionId()))
              .setTold(told)
              .build();
        });
  }

  @Override
  public void cancel(PendingCancellation request, StreamObserver<PendingCancelReply> client) {
    answer(
        client,
        () ->
            PendingCancelReply.newBuilder()
                .setSessionId(
                    node.cancel(request)
                        .map(entry -> MempoolCodec.bytes(entry.id()))
                        .orElse(ByteString.EMPTY))
                .build());
  }

  @Override
  public void gossip(GossipItem request, StreamObserver<GossipReply> client) {
    answer(
        client,
        () -> {
          node.gossiped(request);
          return GossipReply.getDefaultInstance();
        });
  }

  @Override
  public void pending(PendingQuery request, StreamObserver<PendingEntry> client) {
    all(client, () -> node.pool().pending(wanted(request)));
  }

  @Override
  public void exchange(ExchangeRequest request, StreamObserver<GossipItem> client) {
    all(
        client,
        () -> {
          if (request.getKnownCount() > MOST_KNOWN) {
            throw MempoolReason.MALFORMED.because(
                "known: %d ids (expected: at most %d)"
                    .formatted(request.getKnownCount(), MOST_KNOWN));
          }
          return node.pool().missing(new HashSet<>(request.getKnownList()));
        });
  }

  @Override
  public void watchPending(PendingQuery request, StreamObserver<PendingChange> client) {
    Predicate<PoolEntry> wanted;
    try {
      wanted = wanted(request);
    } catch (StatusRuntimeException e) {
      client.onError(e);
      return;
    }
    if (!watching.tryAcquire()) {
      client.onError(
          MempoolReason.BUSY.because(node.settings().watchers() + " callers watch already"));
      return;
    }
    AtomicReference<Runnable> leave = new AtomicReference<>(() -> {});
    PendingWatcher watcher =
        new PendingWatcher(
            wanted,
            (ServerCallStreamObserver<PendingChange>) client,
            () -> {
              watching.release();
              leave.get().run();
            });
    leave.set(() -> node.pool().leave(watcher));
    node.pool().watch(watcher);
  }

  private static <T> void answer(StreamObserver<T> client, Supplier<T> work) {
    all(client, () -> List.of(work.get()));
  }

  private static <T> void all(StreamObserver<T> client, Supplier<List<T>> work) {
    List<T> answers;
    try {
      answers = work.get();
    } catch (StatusRuntimeException e) {
      client.onError(e);
      return;
    }
    answers.forEach(client::onNext);
    client.onCompleted();
  }

  private static Predicate<PoolEntry> wanted(PendingQuery query) {
    try {
      Predicate<PoolEntry> all = _ -> true;
      return all.and(matching("subnet_id", query.getSubnetId(), Digest::of, PoolEntry::subnetId))
          .and(matching("client", query.getClient(), Address::of, PoolEntry::sender))
          .and(matching("session_id", query.getSessionId(), SessionId::of, PoolEntry::id));
    } catch (IllegalArgumentException e) {
      throw MempoolReason.MALFORMED.because(String.valueOf(e.getMessage()));
    }
  }

  private static <T> Predicate<PoolEntry> matching(
      String name, ByteString value, Function<byte[], T> make, Function<PoolEntry, T> found) {
    if (value.isEmpty()) {
      return _ -> true;
    }
    T wanted = MempoolCodec.field(name, value, make);
    return entry -> found.apply(entry).equals(wanted);
  }
}
