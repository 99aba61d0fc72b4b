package io.myelin.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.myelin.discovery.PeerNetwork;
import io.myelin.discovery.PeerProfile;
import io.myelin.discovery.PeerSettings;
import io.myelin.discovery.PeerTimings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.peer.AddressPolicy;
import io.myelin.protocol.peer.NetworkTag;
import io.myelin.protocol.peer.PeerRole;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.ServiceAddress;
import io.myelin.protocol.peer.book.BookSettings;
import io.myelin.protocol.peer.store.StoreSettings;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeGoodbye;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.DescribeRegistryRequest;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.DiscoverRequest;
import io.myelin.v1.ListSubnetsRequest;
import io.myelin.v1.NodeDeparture;
import io.myelin.v1.PeerChange;
import io.myelin.v1.PeerInfo;
import io.myelin.v1.RegisterReply;
import io.myelin.v1.RegisterRequest;
import io.myelin.v1.RegistryDescription;
import io.myelin.v1.RegistryGrpc.RegistryBlockingStub;
import io.myelin.v1.RegistryGrpc.RegistryStub;
import io.myelin.v1.SubnetInfo;
import io.myelin.v1.ValidatorDescription;
import io.myelin.v1.ValidatorGrpc;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A registry node over real gRPC and UDP; only who is staked is the test's word. */
@Timeout(180)
class RegistryIT {
  private static final Digest SUBNET = Sha256.hash(new byte[] {1});
  private static final Eip712Domain DOMAIN = new Eip712Domain(31_337, Address.ZERO);
  private static final BookSettings BOOK =
      new BookSettings(2_000, 500, 3, 5_000, 60_000, 4_096, 1_024, 256, 32, 64);
  private static final PeerTimings TIMINGS =
      new PeerTimings(1_500, 2_000, 4_000, 8_000, 4_000, 100);

  private final Set<Address> staked = ConcurrentHashMap.newKeySet();
  private final Random random = new Random(11);
  private final OperatorKey key = OperatorKey.generate(random);
  private PeerNetwork peers;
  private RegistryNode node;
  private RegistryBlockingStub calls;

  @BeforeEach
  void start() throws IOException {
    peers = join(key, PeerRole.REGISTRY, "http://127.0.0.1:9000");
    node =
        RegistryNode.start(
            new RegistrySettings("127.0.0.1", 0, key.address(), 31_337, Address.ZERO, 2),
            peers,
            () ->
                List.of(
                    SubnetInfo.newBuilder()
                        .setSubnetId(ByteString.copyFrom(SUBNET.bytes()))
                        .build()));
    calls = GrpcClients.newClient("gproto+" + node.url(), RegistryBlockingStub.class);
  }

  @AfterEach
  void stop() {
    node.close();
    peers.close();
  }

  private PeerNetwork join(OperatorKey operator, PeerRole role, String service) throws IOException {
    return PeerNetwork.start(
        PeerSettings.of(
                NetworkTag.of(31_337, Address.ZERO),
                "127.0.0.1",
                0,
                List.of(),
                AddressPolicy.DEVNET)
            .timed(TIMINGS, BOOK, StoreSettings.DEFAULT),
        operator,
        new PeerProfile(
            role,
            role == PeerRole.GATEWAY ? List.of(SUBNET) : List.of(),
            Optional.of(ServiceAddress.parse(service)),
            "test"),
        (asked, who, _) -> asked == PeerRole.REGISTRY || staked.contains(who),
        InstantSource.system(),
        new Random(random.nextLong()));
  }

  private static RegisterRequest record(String text) {
    return RegisterRequest.newBuilder().setRecord(text).build();
  }

  private static DiscoverRequest gateways() {
    return DiscoverRequest.newBuilder()
        .setRole(io.myelin.v1.PeerRole.PEER_ROLE_GATEWAY)
        .setSubnetId(ByteString.copyFrom(SUBNET.bytes()))
        .build();
  }

  private static DiscoverRequest known() {
    return gateways().toBuilder().setKnownOnly(true).build();
  }

  @Test
  void saysWhoItIsAndWhatSubnetsThereAre() {
    RegistryDescription said = calls.describeRegistry(DescribeRegistryRequest.getDefaultInstance());
    assertThat(said.getOperator().toByteArray()).isEqualTo(key.address().bytes());
    assertThat(said.getRecord()).isEqualTo(peers.record());
    assertThat(said.getChainId()).isEqualTo(31_337);
    assertThat(calls.listSubnets(ListSubnetsRequest.getDefaultInstance()).next().getSubnetId())
        .isEqualTo(ByteString.copyFrom(SUBNET.bytes()));
  }

  @Test
  void aRecordIsToldOnceItsNodeIsBelievedAndNoLongerThanItLives() throws Exception {
    BlockingQueue<PeerChange> changes = new LinkedBlockingQueue<>();
    watch(changes, new LinkedBlockingQueue<>());
    OperatorKey operator = OperatorKey.generate(random);
    staked.add(operator.address());
    // It knows nobody: only its record is handed in.
    PeerNetwork gateway = join(operator, PeerRole.GATEWAY, "http://127.0.0.1:9001");
    PeerInfo told = registered(gateway.record()).getPeer();
    assertThat(told.getOperator().toByteArray()).isEqualTo(operator.address().bytes());
    assertThat(told.getUrl()).isEqualTo("http://127.0.0.1:9001");
    assertThat(told.getRecord()).isEqualTo(gateway.record());
    assertThat(calls.heartbeat(record(gateway.record())).getPeer()).isEqualTo(told);
    assertThat(calls.discover(gateways())).toIterable().containsExactly(told);
    assertThat(calls.discover(known())).toIterable().containsExactly(told);
    assertThat(next(changes).getKind()).isEqualTo(PeerChange.Kind.KIND_CAME);
    gateway.close();
    assertThat(next(changes).getKind()).isEqualTo(PeerChange.Kind.KIND_WENT);
    assertThat(calls.discover(known())).toIterable().isEmpty();
  }

  @Test
  void aNodeThatSaysGoodbyeIsGoneAtOnceAndComesBackWithANewRecord() throws Exception {
    BlockingQueue<PeerChange> changes = new LinkedBlockingQueue<>();
    watch(changes, new LinkedBlockingQueue<>());
    OperatorKey operator = OperatorKey.generate(random);
    staked.add(operator.address());
    PeerNetwork gateway = join(operator, PeerRole.GATEWAY, "http://127.0.0.1:9003");
    String first = gateway.record();
    var _ = registered(first);
    assertThat(next(changes).getKind()).isEqualTo(PeerChange.Kind.KIND_CAME);
    NodeGoodbye goodbye = new NodeGoodbye(operator.address(), RecordCodec.parse(first).sequence());
    NodeDeparture unsigned =
        NodeDeparture.newBuilder()
            .setOperator(ByteString.copyFrom(goodbye.operator().bytes()))
            .setSequence(goodbye.sequence())
            .setSignature(ByteString.copyFrom(key.sign(DOMAIN.digest(goodbye)).bytes()))
            .build();
    Status status =
        catchThrowableOfType(StatusRuntimeException.class, () -> calls.deregister(unsigned))
            .getStatus();
    assertThat(status.getDescription()).startsWith("BAD_SIGNATURE: ");
    assertThat(calls.discover(known())).toIterable().hasSize(1);
    NodeDeparture signed =
        unsigned.toBuilder()
            .setSignature(ByteString.copyFrom(operator.sign(DOMAIN.digest(goodbye)).bytes()))
            .build();
    assertThat(calls.deregister(signed).getWasKnown()).isTrue();
    assertThat(next(changes).getKind()).isEqualTo(PeerChange.Kind.KIND_WENT);
    // It is alive, and nobody is told of it.
    assertThat(calls.discover(known())).toIterable().isEmpty();
    assertThat(calls.deregister(signed).getWasKnown()).isFalse();
    gateway.update(
        new PeerProfile(
            PeerRole.GATEWAY,
            List.of(SUBNET),
            Optional.of(ServiceAddress.parse("http://127.0.0.1:9004")),
            "test"));
    assertThat(registered(gateway.record()).getPeer().getUrl()).endsWith(":9004");
    assertThat(calls.discover(known())).toIterable().hasSize(1);
    gateway.close();
  }

  @Test
  void whatIsNoRecordOrNotBelievedIsRefusedWithTheReason() throws Exception {
    refused(Status.Code.INVALID_ARGUMENT, "BAD_RECORD", "enr:garbage");
    refused(Status.Code.INVALID_ARGUMENT, "BAD_RECORD", "");
    try (PeerNetwork stranger =
        join(OperatorKey.generate(random), PeerRole.GATEWAY, "http://127.0.0.1:9002")) {
      refused(Status.Code.FAILED_PRECONDITION, "NOT_BELIEVED", stranger.record());
      assertThat(calls.discover(gateways())).toIterable().isEmpty();
    }
    StatusRuntimeException nothing =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> calls.discover(DiscoverRequest.getDefaultInstance()).hasNext());
    assertThat(nothing.getStatus().getDescription()).startsWith("MALFORMED: role");
  }

  @Test
  void noMoreMayWatchThanItHasPlacesFor() throws Exception {
    BlockingQueue<Throwable> ends = new LinkedBlockingQueue<>();
    for (int watcher = 0; watcher < 3; watcher++) {
      watch(new LinkedBlockingQueue<>(), ends);
    }
    Throwable end = ends.poll(30, TimeUnit.SECONDS);
    assertThat(end).isNotNull();
    assertThat(Status.fromThrowable(end).getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
  }

  /**
   * A node that starts, or a registry that is slow to look, may not be believed at the first try.
   */
  private RegisterReply registered(String text) {
    long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      try {
        return calls.register(record(text));
      } catch (StatusRuntimeException e) {
        boolean later = String.valueOf(e.getStatus().getDescription()).startsWith("NOT_BELIEVED: ");
        if (!later || System.nanoTime() - untilNanos > 0) {
          throw e;
        }
      }
    }
  }

  private void refused(Status.Code code, String reason, String text) {
    Status status =
        catchThrowableOfType(StatusRuntimeException.class, () -> calls.register(record(text)))
            .getStatus();
    assertThat(status.getCode()).isEqualTo(code);
    assertThat(status.getDescription()).startsWith(reason + ": ");
  }

  private void watch(BlockingQueue<PeerChange> changes, BlockingQueue<Throwable> ends) {
    GrpcClients.builder("gproto+" + node.url())
        .responseTimeoutMillis(0)
        .build(RegistryStub.class)
        .watch(
            gateways(),
            new StreamObserver<>() {
              @Override
              public void onNext(PeerChange change) {
                changes.add(change);
              }

              @Override
              public void onError(Throwable error) {
                ends.add(error);
              }

              @Override
              public void onCompleted() {}
            });
  }

  private static PeerChange next(BlockingQueue<PeerChange> changes) throws InterruptedException {
    @Nullable PeerChange change = changes.poll(30, TimeUnit.SECONDS);
    if (change == null) {
      throw new AssertionError("no change within 30 s");
    }
    return change;
  }

  @Test
  void handsCallsOnToValidatorsThatAreStakedAndAlive() throws Exception {
    OperatorKey operator = OperatorKey.generate(random);
    Server validator =
        Server.builder()
            .http(0)
            .service(
                GrpcService.builder()
                    .addService(
                        new ValidatorGrpc.ValidatorImplBase() {
                          @Override
                          public void describe(
                              DescribeRequest request,
                              StreamObserver<ValidatorDescription> answer) {
                            answer.onNext(ValidatorDescription.newBuilder().setChainId(7).build());
                            answer.onCompleted();
                          }
                        })
                    .build())
            .build();
    validator.start().join();
    ValidatorBlockingStub relayed =
        GrpcClients.newClient(
            "gproto+" + node.url() + "/validators/" + operator.address() + "/",
            ValidatorBlockingStub.class);
    assertThatThrownBy(() -> relayed.describe(DescribeRequest.getDefaultInstance()))
        .hasMessageContaining("NOT_FOUND: UNKNOWN_VALIDATOR: " + operator.address());
    staked.add(operator.address());
    try (PeerNetwork peer =
        join(operator, PeerRole.VALIDATOR, "http://127.0.0.1:" + validator.activeLocalPort())) {
      PeerInfo known = calls.register(record(peer.record())).getPeer();
      assertThat(known.getOperator().toByteArray()).isEqualTo(operator.address().bytes());
      assertThat(relayed.describe(DescribeRequest.getDefaultInstance()).getChainId()).isEqualTo(7);
      // What the validator does not know it refuses itself; other services are nobody's here.
      assertThatThrownBy(() -> relayed.approve(ApproveRequest.getDefaultInstance()))
          .hasMessageContaining("UNIMPLEMENTED");
      assertThatThrownBy(
              () ->
                  GrpcClients.newClient(
                          "gproto+" + node.url() + "/validators/" + operator.address() + "/",
                          RegistryBlockingStub.class)
                      .describeRegistry(DescribeRegistryRequest.getDefaultInstance()))
          .hasMessageContaining("MALFORMED");
    } finally {
      var _ = validator.closeAsync();
    }
  }
}
