package io.myelin.registry;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.myelin.discovery.Peer;
import io.myelin.discovery.PeerNetwork;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeGoodbye;
import io.myelin.v1.DeregisterReply;
import io.myelin.v1.DescribeRegistryRequest;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.ListSubnetsRequest;
import io.myelin.v1.NodeDeparture;
import io.myelin.v1.PeerChange;
import io.myelin.v1.PeerInfo;
import io.myelin.v1.RegisterReply;
import io.myelin.v1.RegisterRequest;
import io.myelin.v1.RegistryDescription;
import io.myelin.v1.RegistryGrpc.RegistryImplBase;
import io.myelin.v1.SubnetInfo;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers from what the peer network knows; keeps nothing of its own. */
final class RegistryService extends RegistryImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryService.class);
  private static final int AGAIN_WITHIN_SECONDS = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final RegistrySettings settings;
  private final PeerNetwork peers;
  private final SubnetList subnets;
  private final Semaphore watching;
  private final Goodbyes goodbyes;
  private final ToIntFunction<NodeDeparture> share;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();

  RegistryService(
      RegistrySettings settings,
      PeerNetwork peers,
      SubnetList subnets,
      ToIntFunction<NodeDeparture> share) {
    this.settings = settings;
    this.share = share;
    this.goodbyes = new Goodbyes(new Eip712Domain(settings.chainId(), settings.directory()));
    this.peers = peers;
    this.subnets = subnets;
    this.watching = new Semaphore(settings.watchers());
  }

  @Override
  public void describeRegistry(
      DescribeRegistryRequest request, StreamObserver<RegistryDescription> client) {
    client.onNext(
        RegistryDescription.newBuilder()
            .setOperator(ByteString.copyFrom(settings.operator().bytes()))
            .setChainId(settings.chainId())
            .setDirectory(ByteString.copyFrom(settings.directory().bytes()))
            .setRecord(peers.record())
            .build());
    client.onCompleted();
  }

  @Override
  public void register(RegisterRequest request, StreamObserver<RegisterReply> client) {
    take(request, client);
  }

  @Override
  public void heartbeat(RegisterRequest request, StreamObserver<RegisterReply> client) {
    take(request, client);
  }

  /** A record counts once the network believes it, so that is waited for. */
  private void take(RegisterRequest request, StreamObserver<RegisterReply> client) {
    PeerRecord record;
    CompletableFuture<Peer> believed = new CompletableFuture<>();
    try {
      record = RecordCodec.parse(request.getRecord());
    } catch (RecordFormatException e) {
      client.onError(Reasons.BAD_RECORD.because(String.valueOf(e.getMessage())));
      return;
    }
    if (!watching.tryAcquire()) {
      client.onError(Reasons.BUSY.because(settings.watchers() + " callers wait already"));
      return;
    }
    PeerNetwork.Subscription news =
        peers.listen(
            new PeerChanges(
                (kind, peer) -> {
                  boolean same =
                      kind != PeerChange.Kind.KIND_WENT
                          && peer.operator().equals(record.operator());
                  if (same && !older(peer, record)) {
                    believed.complete(peer);
                  }
                }));
    try {
      peers.offer(request.getRecord());
    } catch (RecordFormatException e) {
      news.close();
      watching.release();
      client.onError(Reasons.BAD_RECORD.because(String.valueOf(e.getMessage())));
      return;
    }
    var _ =
        believed
            .completeOnTimeout(null, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
            .whenComplete(
                (peer, _) -> {
                  news.close();
                  watching.release();
                  if (peer == null) {
                    client.onError(
                        Reasons.NOT_BELIEVED.because(
                            "%s as %s, within %d s: it must be staked in that role on chain, answer at the address in its record, and that must be one that may be connected to"
                                .formatted(
                                    record.operator(),
                                    record.claim().role().name().toLowerCase(Locale.ROOT),
                                    PATIENCE.toSeconds())));
                    return;
                  }
                  client.onNext(
                      RegisterReply.newBuilder()
                          .setPeer(PeerMessages.info(peer))
                          .setAgainWithinSeconds(AGAIN_WITHIN_SECONDS)
                          .build());
                  client.onCompleted();
                });
  }

  private static boolean older(Peer peer, PeerRecord record) {
    try {
      return RecordCodec.parse(peer.record()).sequence() < record.sequence();
    } catch (RecordFormatException e) {
      throw new IllegalStateException("a believed peer's record: " + e.getMessage(), e);
    }
  }

  @Override
  public void discover(DiscoverRequest request, StreamObserver<PeerInfo> client) {
    PeerMessages.Question question;
    try {
      question = PeerMessages.Question.of(request);
    } catch (IllegalArgumentException e) {
      client.onError(Reasons.MALFORMED.because(String.valueOf(e.getMessage())));
      return;
    }
    CompletableFuture<List<Peer>> found =
        question.knownOnly()
            ? CompletableFuture.completedFuture(peers.peers(question.role(), question.subnetId()))
            : peers.find(question.role(), question.subnetId());
    var _ =
        found.whenComplete(
            (all, failure) -> {
              if (failure != null) {
                client.onError(Reasons.BUSY.because("this node stops; ask another one"));
                return;
              }
              all.stream()
                  .filter(peer -> !goodbyes.left(peer))
                  .forEach(peer -> client.onNext(PeerMessages.info(peer)));
              client.onCompleted();
            });
  }

  @Override
  public void watch(DiscoverRequest request, StreamObserver<PeerChange> client) {
    PeerMessages.Question question;
    try {
      question = PeerMessages.Question.of(request);
    } catch (IllegalArgumentException e) {
      client.onError(Reasons.MALFORMED.because(String.valueOf(e.getMessage())));
      return;
    }
    if (!watching.tryAcquire()) {
      client.onError(Reasons.BUSY.because(settings.watchers() + " callers watch already"));
      return;
    }
    AtomicReference<Watcher> self = new AtomicReference<>();
    Watcher watcher =
        Watcher.start(
            peers,
            question,
            goodbyes,
            (ServerCallStreamObserver<PeerChange>) client,
            () -> {
              watching.release();
              Watcher ended = self.get();
              if (ended != null) {
                watchers.remove(ended);
              }
            });
    self.set(watcher);
    watchers.add(watcher);
    if (((ServerCallStreamObserver<PeerChange>) client).isCancelled()) {
      watchers.remove(watcher);
    }
  }

  @Override
  public void deregister(NodeDeparture request, StreamObserver<DeregisterReply> client) {
    NodeGoodbye goodbye;
    try {
      goodbye = Goodbyes.read(request);
      if (!goodbyes.signed(goodbye, request)) {
        client.onError(
            Reasons.BAD_SIGNATURE.because("not signed by the node, " + goodbye.operator()));
        return;
      }
    } catch (IllegalArgumentException e) {
      client.onError(Reasons.MALFORMED.because(String.valueOf(e.getMessage())));
      return;
    }
    boolean known = takeOut(goodbye);
    int _ = share.applyAsInt(request);
    client.onNext(DeregisterReply.newBuilder().setWasKnown(known).build());
    client.onCompleted();
  }

  /** A goodbye that another registry node passes on; what is not signed is left alone. */
  void departed(NodeDeparture message) {
    try {
      NodeGoodbye goodbye = Goodbyes.read(message);
      boolean _ = goodbyes.signed(goodbye, message) && takeOut(goodbye);
    } catch (IllegalArgumentException e) {
      LOG.debug("another node's goodbye is left alone: {}", e.getMessage());
    }
  }

  private boolean takeOut(NodeGoodbye goodbye) {
    List<Peer> known =
        Arrays.stream(PeerRole.values())
            .flatMap(role -> peers.peers(role, Optional.empty()).stream())
            .filter(peer -> peer.operator().equals(goodbye.operator()) && !goodbyes.left(peer))
            .toList();
    if (!goodbyes.note(goodbye)) {
      return false;
    }
    List<Peer> gone = known.stream().filter(goodbyes::left).toList();
    gone.forEach(peer -> watchers.forEach(watcher -> watcher.left(peer)));
    return !gone.isEmpty();
  }

  @Override
  public void listSubnets(ListSubnetsRequest request, StreamObserver<SubnetInfo> client) {
    List<SubnetInfo> all;
    try {
      all = subnets.all();
    } catch (RuntimeException e) {
      LOG.warn("subnets cannot be read: {}", e.getMessage());
      client.onError(Reasons.CHAIN_UNAVAILABLE.because(String.valueOf(e.getMessage())));
      return;
    }
    all.forEach(client::onNext);
    client.onCompleted();
  }
}
