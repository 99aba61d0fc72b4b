package io.myelin.committee;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.stub.StreamObserver;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.ValidatorDescription;
import io.myelin.v1.ValidatorGrpc.ValidatorImplBase;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What validators say of themselves, over real sockets. */
final class MembersIT {
  private static final long CHAIN_ID = 7;

  private final AtomicLong nanos = new AtomicLong();
  private List<Described> validators = List.of();

  /** Says who it is and what it wants. */
  private static final class Described extends ValidatorImplBase {
    private final ByteString operator;
    private final AtomicInteger examContext = new AtomicInteger(512);
    private final AtomicInteger asked = new AtomicInteger();
    private final Server server;

    Described(int number) {
      operator =
          ByteString.copyFrom(
              ByteBuffer.allocate(Address.LENGTH).putInt(Address.LENGTH - 4, number).array());
      server =
          Server.builder()
              .port(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SessionProtocol.HTTP)
              .service(GrpcService.builder().addService(this).build())
              .build();
      server.start().join();
    }

    URI url() {
      return URI.create("http://127.0.0.1:" + server.activeLocalPort());
    }

    @Override
    public void describe(DescribeRequest request, StreamObserver<ValidatorDescription> client) {
      asked.incrementAndGet();
      client.onNext(
          ValidatorDescription.newBuilder()
              .setOperator(operator)
              .setChainId(CHAIN_ID)
              .setDirectory(ByteString.copyFrom(Address.ZERO.bytes()))
              .setExamContext(examContext.get())
              .build());
      client.onCompleted();
    }
  }

  @BeforeEach
  void start() {
    validators = IntStream.range(1, 4).mapToObj(Described::new).toList();
  }

  @AfterEach
  void stop() {
    validators.forEach(one -> one.server.stop().join());
  }

  private Members members() {
    List<URI> urls = validators.stream().map(Described::url).toList();
    return new Members(() -> urls, CHAIN_ID, Address.ZERO, Duration.ofSeconds(5), nanos::get);
  }

  private void wish(int words) {
    validators.forEach(one -> one.examContext.set(words));
  }

  /** All have said what they wish: a majority is enough to go on, and the others come later. */
  private void awaitAll(Members members) throws Exception {
    assertThat(members.examContext()).isEqualTo(512);
    long untilNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (members.heard().size() < validators.size()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(untilNanos);
      Thread.onSpinWait();
    }
  }

  private int asked() {
    return validators.stream().mapToInt(one -> one.asked.get()).sum();
  }

  @Test
  void shouldReadAgainWhatValidatorsWantOfExams() throws Exception {
    try (Members members = members()) {
      awaitAll(members);
      wish(1_024);
      nanos.addAndGet(Duration.ofSeconds(29).toNanos());
      assertThat(members.examContext()).isEqualTo(512);
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(members.examContext()).isEqualTo(1_024);
      assertThat(asked()).isLessThanOrEqualTo(2 * validators.size());
    }
  }

  @Test
  void shouldKeepToWhatWasSaidLastByWhoSaysNothingNow() throws Exception {
    try (Members members = members()) {
      awaitAll(members);
      validators.subList(0, 2).forEach(one -> one.server.stop().join());
      wish(1_024);
      nanos.addAndGet(Duration.ofMinutes(1).toNanos());
      assertThat(members.examContext()).isEqualTo(512);
    }
  }
}
