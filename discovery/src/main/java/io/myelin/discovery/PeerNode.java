package io.myelin.discovery;

import io.myelin.discovery.PeerFolder.Saved;
import io.myelin.discovery.link.Discv5Link;
import io.myelin.discovery.link.Link;
import io.myelin.discovery.link.LinkSettings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.IpAddress;
import io.myelin.protocol.peer.PeerClaim;
import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.PeerStanding;
import io.myelin.protocol.peer.PeerTopic;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import io.myelin.protocol.peer.SubnetTag;
import io.myelin.protocol.peer.book.BookState;
import io.myelin.protocol.peer.book.PeerEntry;
import io.myelin.protocol.peer.book.PeerEntry.Stage;
import io.myelin.protocol.peer.store.TopicStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** The node behind {@link PeerNetwork}: puts the parts together and keeps them going. */
final class PeerNode implements PeerNetwork {
  private static final String OFFERED = "offered";
  private static final String SAVED = "saved";
  private static final int READ_BYTES_PER_SECOND = 2_000_000;
  private static final long ALONE_MILLIS = 1_000;

  private final PeerSettings settings;
  private final OperatorKey key;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Optional<PeerFolder> folder;
  private final List<PeerRecord> bootstrap;
  private final Counters counters = new Counters();
  private final Core core;
  private final Listeners listeners = new Listeners();
  private final Verifier verifier;
  private final Link link;
  private final Requests requests;
  private final Routes routes;
  private final PeerDesk desk;
  private final TopicDesk topics;
  private final Map<Long, CompletableFuture<List<Peer>>> finding = new ConcurrentHashMap<>();
  private final AtomicLong finds = new AtomicLong();
  private volatile PeerRecord self;

  private PeerNode(
      PeerSettings settings,
      OperatorKey key,
      PeerProfile profile,
      PeerStanding standing,
      InstantSource clock,
      RandomGenerator random,
      Predicate<InetSocketAddress> reachable)
      throws IOException {
    this.settings = settings;
    this.key = key;
    this.clock = clock;
    this.random = random;
    this.folder =
        settings.folder().isPresent()
            ? Optional.of(new PeerFolder(settings.folder().get()))
            : Optional.empty();
    Saved saved = folder.map(PeerFolder::load).orElse(new Saved(0, List.of()));
    this.bootstrap = bootstrap(settings, saved);
    long sequence = Math.max(saved.sequence() + 1, clock.millis());
    PeerRecord preliminary = signed(profile, sequence, Math.max(settings.udpPort(), 1));
    this.core = new Core(key.address().shortHex());
    this.verifier = new Verifier(standing, settings.addresses(), counters);
    Digest own = preliminary.nodeId();
    this.link = bound(reachable, preliminary);
    this.self = signed(profile, sequence, link.udpPort());
    link.advertise(self);
    this.requests = new Requests(link, core, counters);
    this.desk =
        new PeerDesk(
            BookState.of(settings.book(), own), core, requests, verifier, clock, listeners);
    this.routes =
        new Routes(
            own,
            link,
            requests,
            counters,
            clock,
            settings.timings().findMillis(),
            this::knownNodes);
    this.topics =
        new TopicDesk(
            own,
            core,
            routes,
            requests,
            desk,
            counters,
            clock,
            settings.timings().announceMillis(),
            TopicStore.of(settings.store()));
  }

  static PeerNode start(
      PeerSettings settings,
      OperatorKey key,
      PeerProfile profile,
      PeerStanding standing,
      InstantSource clock,
      RandomGenerator random,
      Predicate<InetSocketAddress> reachable)
      throws IOException {
    PeerNode node = new PeerNode(settings, key, profile, standing, clock, random, reachable);
    node.run();
    return node;
  }

  private Link bound(Predicate<InetSocketAddress> reachable, PeerRecord preliminary)
      throws IOException {
    LinkSettings where =
        new LinkSettings(
            new InetSocketAddress(settings.host(), settings.udpPort()),
            settings.network(),
            settings.addresses(),
            settings.timings().requestMillis(),
            READ_BYTES_PER_SECOND,
            reachable);
    try {
      return Discv5Link.start(where, key, preliminary, this::answer);
    } catch (IOException e) {
      core.close();
      verifier.close();
      listeners.close();
      throw e;
    }
  }

  /** Messages can come before everything is put together. */
  private CompletableFuture<byte[]> answer(PeerRecord from, byte[] message) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    core.execute(
        () -> {
          var _ =
              topics
                  .answer(from, message)
                  .whenComplete(
                      (bytes, failure) -> answer.complete(failure == null ? bytes : new byte[0]));
        });
    return answer;
  }

  private static List<PeerRecord> bootstrap(PeerSettings settings, Saved saved) {
    List<PeerRecord> records = new ArrayList<>();
    for (String text : settings.bootstrap()) {
      try {
        PeerRecord record = RecordCodec.parse(text);
        if (!record.claim().network().equals(settings.network())) {
          throw new IllegalArgumentException(
              "bootstrap record: of network %s (expected: %s; is it of another deployment?)"
                  .formatted(record.claim().network(), settings.network()));
        }
        records.add(record);
      } catch (RecordFormatException e) {
        throw new IllegalArgumentException(
            "bootstrap " + e.getMessage() + " (expected: enr:… as another node prints it)", e);
      }
    }
    saved.peers().stream()
        .filter(record -> record.claim().network().equals(settings.network()))
        .forEach(records::add);
    return List.copyOf(records);
  }

  private PeerRecord signed(PeerProfile profile, long sequence, int udpPort) {
    IpAddress ip = settings.ownAddress();
    return RecordCodec.sign(
        key,
        new PeerClaim(
            sequence,
            ip,
            udpPort,
            profile.role(),
            settings.network(),
            profile.tags(),
            profile.service(),
            PeerClaim.PROTOCOL_VERSION,
            profile.softwareVersion(),
            TimeUnit.MILLISECONDS.toSeconds(clock.millis())));
  }

  private void run() {
    PeerTimings timings = settings.timings();
    save();
    core.execute(() -> bootstrap.forEach(record -> desk.heard(record, SAVED, false)));
    core.execute(this::join);
    core.every(timings.tickMillis(), desk::tick);
    core.later(timings.refreshMillis(), this::refresh);
    core.later(timings.announceMillis(), this::announceAgain);
    core.later(timings.lookupMillis(), this::followAgain);
  }

  /** Asks those it knows for a sign of life, then finds its place. Again until somebody answers. */
  private void join() {
    List<CompletableFuture<Optional<PeerRecord>>> asked =
        bootstrap.stream()
            .filter(record -> !record.nodeId().equals(self.nodeId()))
            .map(requests::probe)
            .toList();
    var _ =
        CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
            .thenCompose(done -> routes.search(self.nodeId()))
            .thenAccept(
                near -> {
                  topics.announce(self);
                  follow();
                  if (near.isEmpty() && !bootstrap.isEmpty()) {
                    core.later(ALONE_MILLIS, this::join);
                  }
                });
  }

  private void refresh() {
    byte[] target = new byte[Digest.LENGTH];
    random.nextBytes(target);
    boolean alone = link.closest(self.nodeId(), 1).isEmpty();
    var _ =
        routes
            .search(self.nodeId())
            .thenCompose(near -> routes.search(Digest.of(target)))
            .thenAccept(found -> core.later(settings.timings().refreshMillis(), this::refresh));
    if (alone) {
      join();
    }
    topics.expire();
    save();
  }

  private void announceAgain() {
    topics.announce(self);
    core.later(settings.timings().announceMillis(), this::announceAgain);
  }

  private void followAgain() {
    follow();
    core.later(settings.timings().lookupMillis(), this::followAgain);
  }

  private void follow() {
    Set<PeerTopic> wanted = new LinkedHashSet<>();
    for (PeerRole role : settings.follow()) {
      wanted.add(new PeerTopic(settings.network(), role, Optional.empty()));
      self.claim()
          .subnets()
          .forEach(tag -> wanted.add(new PeerTopic(settings.network(), role, Optional.of(tag))));
    }
    wanted.forEach(
        topic -> {
          var _ = topics.ask(topic);
        });
  }

  /** Nodes to begin a search with, where the routing table knows few. */
  private List<PeerRecord> knownNodes() {
    List<PeerRecord> nodes = new ArrayList<>(bootstrap);
    desk.book().listed().stream().limit(16).map(PeerEntry::record).forEach(nodes::add);
    return nodes;
  }

  private void save() {
    folder.ifPresent(
        where ->
            where.save(
                self.sequence(),
                desk.book().listed().stream()
                    .sorted(Comparator.comparingLong(PeerEntry::answeredMillis).reversed())
                    .limit(PeerFolder.MAX_PEERS)
                    .map(PeerEntry::record)
                    .toList()));
  }

  @Override
  public String record() {
    return self.text();
  }

  @Override
  public int udpPort() {
    return link.udpPort();
  }

  @Override
  public List<Peer> peers(PeerRole role, Optional<Digest> subnetId) {
    return desk.peers(role, subnetId.map(SubnetTag::of));
  }

  @Override
  public CompletableFuture<List<Peer>> find(PeerRole role, Optional<Digest> subnetId) {
    CompletableFuture<List<Peer>> result = new CompletableFuture<>();
    long number = finds.incrementAndGet();
    finding.put(number, result);
    var _ = result.whenComplete((peers, failure) -> finding.remove(number));
    PeerTopic topic = new PeerTopic(settings.network(), role, subnetId.map(SubnetTag::of));
    long deadline = clock.millis() + settings.timings().findMillis();
    core.later(settings.timings().findMillis(), () -> result.complete(peers(role, subnetId)));
    core.execute(
        () -> {
          var _ =
              topics
                  .ask(topic)
                  .thenCompose(records -> desk.settled(records, deadline))
                  .thenAccept(done -> result.complete(peers(role, subnetId)));
        });
    if (core.isClosed()) {
      result.completeExceptionally(closed());
    }
    return result;
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("peer network: closed");
  }

  @Override
  public Subscription listen(PeerListener listener) {
    core.execute(() -> listeners.add(listener, desk.all()));
    return () -> core.execute(() -> listeners.remove(listener));
  }

  @Override
  public void update(PeerProfile profile) {
    synchronized (this) {
      long sequence = Math.max(self.sequence() + 1, clock.millis());
      self = signed(profile, sequence, link.udpPort());
      link.advertise(self);
      save();
    }
    core.execute(
        () -> {
          topics.announce(self);
          follow();
        });
  }

  @Override
  public void offer(String record) throws RecordFormatException {
    PeerRecord read = RecordCodec.parse(record);
    if (!read.claim().network().equals(settings.network())) {
      throw new RecordFormatException(
          "record: of network %s (expected: %s)"
              .formatted(read.claim().network(), settings.network()));
    }
    core.execute(() -> desk.heard(read, OFFERED, false));
  }

  @Override
  public PeerFigures figures() {
    BookState book = desk.book();
    Map<Stage, Long> nodes = new EnumMap<>(Stage.class);
    for (Stage stage : Stage.values()) {
      nodes.put(stage, book.count(stage));
    }
    return new PeerFigures(
        nodes,
        link.closest(self.nodeId(), 256).size(),
        topics.kept(),
        counters.searches.sum(),
        counters.requests.sum(),
        counters.unanswered.sum(),
        counters.refused());
  }

  @Override
  public void close() {
    if (core.isClosed()) {
      return;
    }
    save();
    core.close();
    link.close();
    verifier.close();
    listeners.close();
    finding.values().forEach(result -> result.completeExceptionally(closed()));
  }
}
