package io.myelin.registry.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.mempool.PoolLimits;
import io.myelin.protocol.mempool.TestingAnnouncements;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.PendingCancel;
import io.myelin.v1.MempoolGrpc.MempoolStub;
import io.myelin.v1.PendingChange;
import io.myelin.v1.PendingEntry;
import io.myelin.v1.PendingQuery;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools of several nodes over real gRPC, with real signatures; only the chain is the test's. */
@Timeout(90)
class MempoolIT {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final Digest SUBNET = Sha256.hash(new byte[] {1});
  private static final PendingQuery ALL = PendingQuery.getDefaultInstance();

  private final Random random = new Random(23);
  private final OperatorKey gateway = OperatorKey.generate(random);
  private final OperatorKey client = OperatorKey.generate(random);
  private final TestingAnnouncements announcements =
      new TestingAnnouncements(DOMAIN, gateway, SUBNET, random);
  private final Map<Address, BigInteger> funds = new ConcurrentHashMap<>();
  private final Set<SessionId> opened = ConcurrentHashMap.newKeySet();
  private final List<URI> urls = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> running = new ArrayList<>();
  private final MempoolClient calls = new MempoolClient();

  private final MempoolChain chain =
      new MempoolChain() {
        @Override
        public BigInteger fundsWei(Address account) {
          return funds.getOrDefault(account, BigInteger.ZERO);
        }

        @Override
        public boolean isOpened(SessionId session) {
          return opened.contains(session);
        }

        @Override
        public boolean isReady(Digest subnetId, Address asked) {
          return subnetId.equals(SUBNET) && asked.equals(gateway.address());
        }

        @Override
        public Set<SessionId> newlyOpened() {
          return opened;
        }
      };

  @AfterEach
  void stop() throws Exception {
    calls.close();
    for (AutoCloseable one : running.reversed()) {
      one.close();
    }
  }

  /** A node that knows all nodes started so far, and later ones; all but itself. */
  private URI node(long pullMillis) {
    URI[] self = new URI[1];
    MempoolNode pool =
        MempoolNode.start(
            new MempoolSettings(DOMAIN, PoolLimits.STANDARD, pullMillis, 32, 2),
            chain,
            () -> urls.stream().filter(url -> !url.equals(self[0])).toList(),
            InstantSource.system());
    Server server =
        Server.builder()
            .port(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SessionProtocol.HTTP)
            .requestTimeoutMillis(0)
            .service(
                GrpcService.builder()
                    .addService(new MempoolService(pool))
                    .useBlockingTaskExecutor(true)
                    .build())
            .build();
    server.start().join();
    self[0] = URI.create("http://127.0.0.1:" + server.activeLocalPort());
    urls.add(self[0]);
    running.add(pool);
    running.add(server);
    return self[0];
  }

  private static long in(Duration time) {
    return System.currentTimeMillis() + time.toMillis();
  }

  private Announcement request(long nonce, long budgetWei) {
    return announcements.of(client, nonce, budgetWei, in(Duration.ofMinutes(10)), "");
  }

  private void submit(URI at, Announcement one) {
    int _ = calls.submit(List.of(at), MempoolCodec.message(one));
  }

  private void refused(URI at, PendingEntry message, String reason) {
    StatusRuntimeException no =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> calls.submit(List.of(at), message));
    assertThat(no).isNotNull();
    assertThat(no.getStatus().getDescription()).contains(reason + ": ");
  }

  private List<PendingEntry> pending(URI at) {
    return calls.pending(List.of(at), ALL);
  }

  private static void eventually(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within 30 s");
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private void rich() {
    funds.put(client.address(), BigInteger.valueOf(1_000_000));
  }

  @Test
  void whatOneNodeTakesInEveryNodeShowsAndWhatIsCancelledGoesEverywhere() throws Exception {
    rich();
    URI one = node(600_000);
    URI other = node(600_000);
    BlockingQueue<PendingChange> changes = new LinkedBlockingQueue<>();
    watch(other, changes);
    Announcement request = request(1, 1_000);
    long before = System.nanoTime();
    submit(one, request);
    assertThat(next(changes).getKind()).isEqualTo(PendingChange.Kind.KIND_ADDED);
    System.out.printf(
        "mempool: shown by another node after %d ms%n", (System.nanoTime() - before) / 1_000_000);
    PendingEntry shown = pending(other).getFirst();
    assertThat(MempoolCodec.announcement(shown, DOMAIN)).isEqualTo(request);
    PendingCancel cancel =
        new PendingCancel(client.address(), 1, request.pending().validUntilMillis());
    boolean was =
        calls.cancel(
            List.of(one), MempoolCodec.message(cancel, client.sign(DOMAIN.digest(cancel))));
    assertThat(was).isTrue();
    PendingChange gone = next(changes);
    assertThat(gone.getKind()).isEqualTo(PendingChange.Kind.KIND_REMOVED);
    assertThat(gone.getCause()).isEqualTo("CANCELLED");
    assertThat(pending(one)).isEmpty();
    refused(other, MempoolCodec.message(request), "GONE");
  }

  @Test
  void aNodeThatWasDownCatchesUp() throws Exception {
    rich();
    URI one = node(600_000);
    for (int nonce = 0; nonce < 5; nonce++) {
      submit(one, request(nonce, 1_000));
    }
    PendingCancel cancel = new PendingCancel(client.address(), 9, in(Duration.ofMinutes(5)));
    boolean nothing =
        calls.cancel(
            List.of(one), MempoolCodec.message(cancel, client.sign(DOMAIN.digest(cancel))));
    assertThat(nothing).isFalse();
    URI late = node(100);
    eventually(() -> pending(late).size() == 5);
    refused(late, MempoolCodec.message(request(9, 1_000)), "GONE");
  }

  @Test
  void whatIsNotSignedNotPaidForOrDoesNotFitIsRefusedWithTheReason() {
    URI at = node(600_000);
    PendingEntry right = MempoolCodec.message(request(1, 1_000));
    refused(at, right, "NO_FUNDS");
    rich();
    refused(at, right.toBuilder().setNonce(2).build(), "BAD_SIGNATURE");
    refused(at, right.toBuilder().setTask("{}").build(), "BAD_SIGNATURE");
    refused(at, right.toBuilder().setValidatorSet(4).build(), "MALFORMED");
    refused(at, right.toBuilder().clearSubnetId().build(), "MALFORMED");
    refused(
        at,
        right.toBuilder().setGatewaySecret(ByteString.copyFrom(new byte[32])).build(),
        "MALFORMED");
    TestingAnnouncements stranger =
        new TestingAnnouncements(DOMAIN, OperatorKey.generate(random), SUBNET, random);
    refused(
        at,
        MempoolCodec.message(stranger.of(client, 1, 1_000, in(Duration.ofMinutes(1)), "")),
        "BAD_GATEWAY");
    refused(
        at,
        MempoolCodec.message(announcements.of(client, 1, 1_000, in(Duration.ofHours(2)), "")),
        "TOO_LONG");
    submit(at, request(1, 1_000));
    refused(at, MempoolCodec.message(request(1, 1_099)), "UNDERPRICED");
    submit(at, request(1, 1_100));
    assertThat(pending(at)).hasSize(1);
  }

  @Test
  void whatTheChainHasOpenedOrItsClientCannotPayAnyMoreLeaves() throws Exception {
    rich();
    URI at = node(600_000);
    Announcement first = request(1, 1_000);
    Announcement second = request(2, 1_000);
    submit(at, first);
    submit(at, second);
    opened.add(first.pending().sessionId());
    eventually(() -> pending(at).size() == 1);
    refused(at, MempoolCodec.message(first), "GONE");
    funds.put(client.address(), BigInteger.valueOf(999));
    eventually(() -> pending(at).isEmpty());
    rich();
    submit(at, second);
    assertThat(
            calls.pending(
                List.of(at),
                PendingQuery.newBuilder()
                    .setSessionId(ByteString.copyFrom(second.pending().sessionId().bytes()))
                    .setClient(ByteString.copyFrom(client.address().bytes()))
                    .setSubnetId(ByteString.copyFrom(SUBNET.bytes()))
                    .build()))
        .hasSize(1);
  }

  @Test
  void noNodeAtAllIsAClearError() {
    StatusRuntimeException no =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> calls.submit(List.of(), MempoolCodec.message(request(1, 1))));
    assertThat(no.getStatus().getDescription()).startsWith("NO_REGISTRY: ");
  }

  private static void watch(URI at, BlockingQueue<PendingChange> changes) {
    GrpcClients.builder("gproto+" + at)
        .responseTimeoutMillis(0)
        .build(MempoolStub.class)
        .watchPending(
            ALL,
            new StreamObserver<>() {
              @Override
              public void onNext(PendingChange change) {
                changes.add(change);
              }

              @Override
              public void onError(Throwable error) {}

              @Override
              public void onCompleted() {}
            });
  }

  private static PendingChange next(BlockingQueue<PendingChange> changes)
      throws InterruptedException {
    PendingChange change = changes.poll(30, TimeUnit.SECONDS);
    if (change == null) {
      throw new AssertionError("no change within 30 s");
    }
    return change;
  }
}
