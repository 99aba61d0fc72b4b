package io.myelin.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.v1.CancelTaskRequest;
import io.myelin.v1.ChatMessage;
import io.myelin.v1.ChatPrompt;
import io.myelin.v1.FollowRequest;
import io.myelin.v1.GatewayClientGrpc;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.GetReceiptRequest;
import io.myelin.v1.GetTaskRequest;
import io.myelin.v1.ListModelsRequest;
import io.myelin.v1.SamplingParams;
import io.myelin.v1.SubmitRequest;
import io.myelin.v1.TaskUpdate;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GrpcFrontIT {
  @SuppressWarnings("NullAway.Init")
  private static TestingGateway gateway;

  @BeforeAll
  static void start() throws IOException {
    gateway = new TestingGateway();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void shouldRunATaskAndStreamItsUpdatesInOrder() {
    List<TaskUpdate> updates = new ArrayList<>();
    stub(TestingGateway.KEY).run(request(40)).forEachRemaining(updates::add);
    assertThat(updates.getFirst().hasAccepted()).isTrue();
    assertThat(updates.getFirst().getAccepted().getReference()).isEqualTo("mine");
    assertThat(updates.get(1).hasStarted()).isTrue();
    assertThat(updates.getLast().getCompleted().getGeneration().getOutputTokens()).isEqualTo(40);
    List<TaskUpdate> chunks = updates.subList(2, updates.size() - 1);
    assertThat(chunks).hasSize(40);
    for (int seq = 0; seq < 40; seq++) {
      assertThat(chunks.get(seq).getChunk().getSeq()).isEqualTo(seq);
    }
  }

  @Test
  void shouldSubmitFollowFromASequenceNumberAndShowStatusAndReceipt() {
    var stub = stub(TestingGateway.KEY);
    ByteString id = stub.submit(request(9)).getTaskId();
    List<Integer> seqs = new ArrayList<>();
    stub.follow(FollowRequest.newBuilder().setTaskId(id).setAfterSeq(5).build())
        .forEachRemaining(
            update -> {
              if (update.hasChunk()) {
                seqs.add(update.getChunk().getSeq());
              }
            });
    assertThat(seqs).containsExactly(6, 7, 8);
    var status = stub.getTask(GetTaskRequest.newBuilder().setTaskId(id).build());
    assertThat(status.getState()).isEqualTo("completed");
    assertThat(status.getReference()).isEqualTo("mine");
    assertThat(
            stub.getReceipt(GetReceiptRequest.newBuilder().setTaskId(id).build())
                .getReceiptJson()
                .toStringUtf8())
        .contains(HexFormat.of().formatHex(id.toByteArray()));
    assertThat(stub.cancelTask(CancelTaskRequest.newBuilder().setTaskId(id).build()).getCancelled())
        .isFalse();
  }

  @Test
  void shouldDrawASeedAndFillDefaultsOnlyWhenSamplingIsAbsent() {
    var stub = stub(TestingGateway.KEY);
    ByteString id = stub.submit(request(1)).getTaskId();
    SamplingParams drawn = submitted(id).getSampling();
    assertThat(drawn.getTemperature()).isEqualTo(1);
    assertThat(drawn.getTopP()).isEqualTo(1);
    assertThat(drawn.getSeed()).isNotZero();
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "top_p",
        () -> stub.submit(sampled(SamplingParams.newBuilder().setRepeatPenalty(1))));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "temperature",
        () ->
            stub.submit(
                sampled(
                    SamplingParams.newBuilder()
                        .setTopP(1)
                        .setRepeatPenalty(1)
                        .setTemperature(Double.NaN))));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "work",
        () -> stub.submit(SubmitRequest.getDefaultInstance()));
    assertStatus(
        Status.Code.INVALID_ARGUMENT,
        "task_id",
        () -> stub.getTask(GetTaskRequest.newBuilder().setTaskId(ByteString.EMPTY).build()));
  }

  @Test
  void shouldAskForTheRightKey() {
    assertStatus(
        Status.Code.UNAUTHENTICATED,
        "authorization",
        () ->
            client(gateway, null, GatewayClientGrpc.GatewayClientBlockingStub.class)
                .listModels(ListModelsRequest.getDefaultInstance()));
    ByteString id = stub(TestingGateway.KEY).submit(request(1)).getTaskId();
    assertStatus(
        Status.Code.NOT_FOUND,
        "no task",
        () ->
            stub(TestingGateway.OTHER_KEY)
                .getTask(GetTaskRequest.newBuilder().setTaskId(id).build()));
    assertStatus(
        Status.Code.NOT_FOUND,
        "no task",
        () ->
            stub(TestingGateway.OTHER_KEY)
                .follow(FollowRequest.newBuilder().setTaskId(id).build())
                .next());
  }

  @Test
  void shouldSayWhenToRetry() {
    gateway.tasks.rejectNext(
        new TaskRejectedException(TaskRejectedException.Reason.QUEUE_FULL, "the queue is full", 7));
    assertThatThrownBy(() -> stub(TestingGateway.KEY).submit(request(1)))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
              Metadata trailers = Objects.requireNonNull(e.getTrailers());
              assertThat(
                      String.valueOf(
                          trailers.get(
                              Metadata.Key.of("retry-after", Metadata.ASCII_STRING_MARSHALLER))))
                  .isEqualTo("7");
            });
  }

  @Test
  void shouldPauseForASlowClientAndCancelWhenItLeaves() throws Exception {
    Slow slow = new Slow();
    client(gateway, TestingGateway.KEY, GatewayClientGrpc.GatewayClientStub.class)
        .run(request(Integer.MAX_VALUE), slow);
    TaskUpdate accepted = slow.take();
    String id = HexFormat.of().formatHex(accepted.getTaskId().toByteArray());
    // Everybody else goes on meanwhile, and the endless task has stopped at its window.
    assertThat(stub(TestingGateway.KEY).run(request(3_000)))
        .toIterable()
        .last()
        .matches(TaskUpdate::hasCompleted);
    assertThat(slow.more().hasStarted()).isTrue();
    for (int seq = 0; seq < 2_000; seq++) {
      assertThat(slow.more().getChunk().getSeq()).isEqualTo(seq);
    }
    // Not millions: what was made stays within the window and the transport's own buffers.
    assertThat(gateway.tasks.delivered(id)).isLessThan(200_000);
    slow.call().cancel("enough", null);
    assertThat(gateway.tasks.cancelled(id).get(20, TimeUnit.SECONDS)).contains("left");
  }

  @Test
  void shouldOfferHealthAndReflection() throws Exception {
    assertThat(
            client(gateway, null, HealthGrpc.HealthBlockingStub.class)
                .check(HealthCheckRequest.getDefaultInstance())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
    assertThat(
            client(gateway, null, HealthGrpc.HealthBlockingStub.class)
                .check(
                    HealthCheckRequest.newBuilder().setService("myelin.v1.GatewayClient").build())
                .getStatus())
        .isEqualTo(ServingStatus.SERVING);
    CompletableFuture<ServerReflectionResponse> listed = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> asking =
        client(gateway, null, ServerReflectionGrpc.ServerReflectionStub.class)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    listed.complete(response);
                  }

                  @Override
                  public void onError(Throwable error) {
                    listed.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    asking.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    assertThat(
            listed.get(20, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
                .map(service -> service.getName()))
        .contains(
            "myelin.v1.GatewayClient",
            "grpc.health.v1.Health",
            // What older tools ask for reflection.
            "grpc.reflection.v1alpha.ServerReflection");
    asking.onCompleted();
  }

  @Test
  void shouldBoundMessages() {
    SubmitRequest huge =
        SubmitRequest.newBuilder()
            .setGeneration(
                GenerationSpec.newBuilder().setModel("tiny").setText("a".repeat(11 << 20)))
            .build();
    assertThatThrownBy(() -> stub(TestingGateway.KEY).submit(huge))
        .isInstanceOf(StatusRuntimeException.class);
    assertThat(stub(TestingGateway.KEY).submit(request(1)).getTaskId().size()).isEqualTo(32);
  }

  static <T> T client(TestingGateway gateway, @Nullable String key, Class<T> stub) {
    var builder = GrpcClients.builder("gproto+" + gateway.server.url() + "/");
    builder.responseTimeout(Duration.ofSeconds(30)).maxResponseLength(0);
    if (key != null) {
      builder.setHeader("authorization", "Bearer " + key);
    }
    return builder.build(stub);
  }

  private static GatewayClientGrpc.GatewayClientBlockingStub stub(String key) {
    return client(gateway, key, GatewayClientGrpc.GatewayClientBlockingStub.class);
  }

  private static SubmitRequest request(int tokens) {
    return SubmitRequest.newBuilder().setReference("mine").setGeneration(spec(tokens)).build();
  }

  private static GenerationSpec.Builder spec(int tokens) {
    return GenerationSpec.newBuilder()
        .setModel("tiny")
        .setMaxTokens(tokens)
        .setChat(
            ChatPrompt.newBuilder()
                .addMessages(ChatMessage.newBuilder().setRole("user").setContent("hi")));
  }

  private static SubmitRequest sampled(SamplingParams.Builder sampling) {
    return SubmitRequest.newBuilder().setGeneration(spec(1).setSampling(sampling)).build();
  }

  private static GenerationSpec submitted(ByteString id) {
    GenerationSpec spec =
        gateway.tasks.submission(HexFormat.of().formatHex(id.toByteArray())).generation();
    if (spec == null) {
      throw new AssertionError("not a generation");
    }
    return spec;
  }

  private static void assertStatus(Status.Code code, String inMessage, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(code);
              assertThat(String.valueOf(e.getStatus().getDescription())).contains(inMessage);
            });
  }

  /** Takes an update only when told to. */
  private static final class Slow implements ClientResponseObserver<SubmitRequest, TaskUpdate> {
    private final LinkedBlockingQueue<TaskUpdate> updates = new LinkedBlockingQueue<>();
    private final CompletableFuture<ClientCallStreamObserver<SubmitRequest>> call =
        new CompletableFuture<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<SubmitRequest> requestStream) {
      requestStream.disableAutoRequestWithInitial(1);
      call.complete(requestStream);
    }

    ClientCallStreamObserver<SubmitRequest> call() {
      return call.join();
    }

    TaskUpdate take() throws InterruptedException {
      TaskUpdate update = updates.poll(20, TimeUnit.SECONDS);
      if (update == null) {
        throw new AssertionError("no update within 20 s");
      }
      return update;
    }

    TaskUpdate more() throws InterruptedException {
      call().request(1);
      return take();
    }

    @Override
    public void onNext(TaskUpdate update) {
      updates.add(update);
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
