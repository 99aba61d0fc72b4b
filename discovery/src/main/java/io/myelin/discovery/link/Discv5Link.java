package io.myelin.discovery.link;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.store.TopicMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.tuweni.bytes.Bytes;
import org.ethereum.beacon.discovery.DiscoveryManagerImpl;
import org.ethereum.beacon.discovery.TalkHandler;
import org.ethereum.beacon.discovery.liveness.LivenessChecker;
import org.ethereum.beacon.discovery.message.handler.ExternalAddressSelector;
import org.ethereum.beacon.discovery.scheduler.ExecutorScheduler;
import org.ethereum.beacon.discovery.schema.NodeRecord;
import org.ethereum.beacon.discovery.schema.NodeRecordFactory;
import org.ethereum.beacon.discovery.storage.KBuckets;

/**
 * discv5 by the library of Ethereum's Java clients. Its parts are put together here instead of by
 * its builder, which lets neither requests expire in time nor its threads end.
 */
public final class Discv5Link implements Link {
  private static final Bytes PROTOCOL =
      Bytes.wrap(TopicMessage.PROTOCOL.getBytes(StandardCharsets.US_ASCII));
  private static final long START_SECONDS = 10;
  private static final long MAINTENANCE_MILLIS = 1_000;
  private static final int SESSION_THREADS = 1;

  private final LinkSettings settings;
  private final KnownRecords records;
  private final OwnRecord own;
  private final KBuckets buckets;
  private final DiscoveryManagerImpl manager;
  private final UdpServer server;
  private final ScheduledThreadPoolExecutor timers;

  private Discv5Link(
      LinkSettings settings, OperatorKey key, PeerRecord preliminary, Talker talker) {
    this.settings = settings;
    this.records = new KnownRecords();
    OperatorSigner signer = new OperatorSigner(key);
    this.own = new OwnRecord(records.theirs(preliminary), signer);
    ThreadFactory threads =
        Thread.ofPlatform().daemon().name("discv5-" + key.address().shortHex()).factory();
    this.timers = new ScheduledThreadPoolExecutor(SESSION_THREADS, threads);
    timers.setRemoveOnCancelPolicy(true);
    Clock clock = Clock.systemUTC();
    LivenessChecker liveness = new LivenessChecker(clock);
    this.buckets = new KBuckets(clock, own, liveness);
    this.server = new UdpServer(settings.bind(), settings.readBytesPerSecond(), threads);
    this.manager =
        new DiscoveryManagerImpl(
            List.of(server),
            buckets,
            own,
            signer,
            NodeRecordFactory.DEFAULT,
            new ExecutorScheduler(timers, clock::millis),
            new QuickExpiry(timers, settings.requestMillis()),
            talkHandler(talker),
            ExternalAddressSelector.NOOP,
            new Allowed(settings, records));
    // On another thread: the library holds a lock here that a request wants too.
    liveness.setPinger(
        node ->
            CompletableFuture.<Void>completedFuture(null)
                .thenComposeAsync(nothing -> within(manager.ping(node)), timers));
  }

  /**
   * Binds and starts.
   *
   * @param preliminary the own record before its port is known; {@link #advertise} follows
   * @throws IOException when the address cannot be bound
   */
  public static Discv5Link start(
      LinkSettings settings, OperatorKey key, PeerRecord preliminary, Talker talker)
      throws IOException {
    Discv5Link link = new Discv5Link(settings, key, preliminary, talker);
    try {
      link.manager.start().get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      link.close();
      throw new IOException(
          "UDP " + settings.bind() + ": not bound (expected: a free port of this machine)", e);
    } catch (InterruptedException e) {
      link.close();
      Thread.currentThread().interrupt();
      throw new IOException("UDP " + settings.bind() + ": interrupted", e);
    }
    var _ =
        link.timers.scheduleWithFixedDelay(
            link.buckets::performMaintenance,
            MAINTENANCE_MILLIS,
            MAINTENANCE_MILLIS,
            TimeUnit.MILLISECONDS);
    return link;
  }

  private TalkHandler talkHandler(Talker talker) {
    return (from, protocol, request) ->
        PROTOCOL.equals(protocol) && request.size() <= TopicMessage.MAX_BYTES
            ? records
                .ours(from)
                .filter(ours -> ours.claim().network().equals(settings.network()))
                .map(ours -> talker.answer(ours, request.toArray()).thenApply(Bytes::wrap))
                .orElse(CompletableFuture.completedFuture(Bytes.EMPTY))
            : CompletableFuture.completedFuture(Bytes.EMPTY);
  }

  private <T> CompletableFuture<T> within(CompletableFuture<T> answer) {
    return answer.orTimeout(settings.requestMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public int udpPort() {
    return server.getListenAddress().getPort();
  }

  @Override
  public void advertise(PeerRecord self) {
    own.replace(records.theirs(self));
  }

  @Override
  public CompletableFuture<PeerRecord> probe(PeerRecord node) {
    return findNodes(node, List.of(0))
        .thenApply(
            found ->
                found.stream()
                    .filter(record -> record.nodeId().equals(node.nodeId()))
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new IllegalStateException(
                                node.nodeId().shortHex() + " answered without its record")));
  }

  @Override
  public CompletableFuture<List<PeerRecord>> findNodes(PeerRecord node, List<Integer> distances) {
    return within(manager.findNodes(records.theirs(node), distances)).thenApply(this::read);
  }

  private List<PeerRecord> read(Collection<NodeRecord> found) {
    return found.stream().map(records::ours).flatMap(Optional::stream).limit(64).toList();
  }

  @Override
  public CompletableFuture<byte[]> talk(PeerRecord node, byte[] message) {
    return within(manager.talk(records.theirs(node), PROTOCOL, Bytes.wrap(message)))
        .thenApply(Bytes::toArray);
  }

  @Override
  public List<PeerRecord> closest(Digest target, int max) {
    return buckets
        .streamClosestNodes(Bytes.wrap(target.bytes()))
        .map(records::ours)
        .flatMap(Optional::stream)
        .filter(record -> !record.nodeId().hex().equals(ownId()))
        .limit(max)
        .toList();
  }

  private String ownId() {
    return own.getLocalNodeRecord().getNodeId().toUnprefixedHexString();
  }

  @Override
  public void forget(Digest node) {
    buckets.deleteNode(Bytes.wrap(node.bytes()));
  }

  @Override
  public void close() {
    manager.stop();
    timers.shutdownNow();
  }
}
