package io.myelin.gateway.rpc;

import com.google.protobuf.ByteString;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.gateway.task.TaskTicket;
import io.myelin.gateway.task.TaskView;
import io.myelin.v1.CancelTaskReply;
import io.myelin.v1.CancelTaskRequest;
import io.myelin.v1.FollowRequest;
import io.myelin.v1.GatewayClientGrpc;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GetReceiptReply;
import io.myelin.v1.GetReceiptRequest;
import io.myelin.v1.GetTaskRequest;
import io.myelin.v1.ListModelsReply;
import io.myelin.v1.ListModelsRequest;
import io.myelin.v1.ModelInfo;
import io.myelin.v1.SubmitReply;
import io.myelin.v1.SubmitRequest;
import io.myelin.v1.TaskStatus;
import io.myelin.v1.TaskUpdate;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** {@code myelin.v1.GatewayClient} over the one task pipeline. */
public final class GatewayClientService extends GatewayClientGrpc.GatewayClientImplBase {
  private static final TaskListener NOBODY =
      new TaskListener() {
        @Override
        public void onChunk(GeneratedChunk chunk) {}

        @Override
        public void onCompleted(TaskOutcome outcome) {}

        @Override
        public void onFailed(TaskFailure failure) {}
      };

  private final SessionDirectory sessions;
  private final TaskService tasks;
  private final RpcSubmissions submissions;

  private GatewayClientService(
      SessionDirectory sessions, TaskService tasks, RandomGenerator seeds) {
    this.sessions = sessions;
    this.tasks = tasks;
    this.submissions = new RpcSubmissions(seeds);
  }

  /**
   * The service with its bearer check, ready to be bound.
   *
   * @param seeds draws the sampling seed of requests that bring none
   */
  public static ServerServiceDefinition definition(
      SessionDirectory sessions, TaskService tasks, RandomGenerator seeds) {
    return ServerInterceptors.intercept(
        new GatewayClientService(sessions, tasks, seeds), new BearerInterceptor(sessions));
  }

  @Override
  public void submit(SubmitRequest request, StreamObserver<SubmitReply> reply) {
    SessionView session = BearerInterceptor.SESSION.get();
    try {
      TaskTicket ticket =
          tasks.submit(submissions.of(session.id(), Submission.Kind.DURABLE, request), NOBODY);
      // Nobody listens: a durable task goes on without a follower.
      ticket.leave();
      reply.onNext(SubmitReply.newBuilder().setTaskId(UpdateRelay.bytes(ticket.taskId())).build());
      reply.onCompleted();
    } catch (TaskRejectedException e) {
      reply.onError(RpcStatuses.of(e));
    }
  }

  @Override
  public void run(SubmitRequest request, StreamObserver<TaskUpdate> updates) {
    SessionView session = BearerInterceptor.SESSION.get();
    Submission submission = submissions.of(session.id(), Submission.Kind.LIVE, request);
    UpdateRelay relay = new UpdateRelay((ServerCallStreamObserver<TaskUpdate>) updates);
    try {
      relay.accepted(tasks.submit(submission, relay), session.id(), request.getReference());
    } catch (TaskRejectedException e) {
      updates.onError(RpcStatuses.of(e));
    }
  }

  @Override
  public void follow(FollowRequest request, StreamObserver<TaskUpdate> updates) {
    SessionView session = BearerInterceptor.SESSION.get();
    String taskId = taskId(request.getTaskId());
    long afterSeq = request.hasAfterSeq() ? Integer.toUnsignedLong(request.getAfterSeq()) : -1;
    TaskView task = tasks.find(session.id(), taskId).orElseThrow(() -> RpcStatuses.noTask(taskId));
    UpdateRelay relay = new UpdateRelay((ServerCallStreamObserver<TaskUpdate>) updates);
    Optional<TaskTicket> ticket = tasks.follow(session.id(), taskId, afterSeq, relay);
    relay.accepted(
        ticket.orElseThrow(() -> RpcStatuses.noTask(taskId)), session.id(), task.clientReference());
  }

  @Override
  public void getTask(GetTaskRequest request, StreamObserver<TaskStatus> reply) {
    SessionView session = BearerInterceptor.SESSION.get();
    String taskId = taskId(request.getTaskId());
    TaskView task = tasks.find(session.id(), taskId).orElseThrow(() -> RpcStatuses.noTask(taskId));
    reply.onNext(status(task));
    reply.onCompleted();
  }

  @Override
  public void cancelTask(CancelTaskRequest request, StreamObserver<CancelTaskReply> reply) {
    SessionView session = BearerInterceptor.SESSION.get();
    String taskId = taskId(request.getTaskId());
    if (request.getReason().length() > 256) {
      throw RpcStatuses.invalid(
          "reason: " + request.getReason().length() + " characters (expected: at most 256)");
    }
    if (tasks.find(session.id(), taskId).isEmpty()) {
      throw RpcStatuses.noTask(taskId);
    }
    boolean cancelled = tasks.cancel(session.id(), taskId, request.getReason());
    reply.onNext(CancelTaskReply.newBuilder().setCancelled(cancelled).build());
    reply.onCompleted();
  }

  @Override
  public void getReceipt(GetReceiptRequest request, StreamObserver<GetReceiptReply> reply) {
    SessionView session = BearerInterceptor.SESSION.get();
    String taskId = taskId(request.getTaskId());
    TaskView task = tasks.find(session.id(), taskId).orElseThrow(() -> RpcStatuses.noTask(taskId));
    byte[] receipt =
        tasks
            .receipt(taskId)
            .orElseThrow(
                () ->
                    Status.FAILED_PRECONDITION
                        .withDescription(
                            "task_id: the task is "
                                + task.state()
                                + " (expected: completed; only such tasks have a receipt)")
                        .asRuntimeException());
    reply.onNext(GetReceiptReply.newBuilder().setReceiptJson(ByteString.copyFrom(receipt)).build());
    reply.onCompleted();
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsReply> reply) {
    ListModelsReply.Builder models = ListModelsReply.newBuilder();
    sessions.models().forEach(model -> models.addModels(info(model)));
    reply.onNext(models.build());
    reply.onCompleted();
  }

  private static String taskId(ByteString bytes) {
    if (bytes.size() != 32) {
      throw RpcStatuses.invalid("task_id: " + bytes.size() + " bytes (expected: 32)");
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static TaskStatus status(TaskView task) {
    TaskStatus.Builder status =
        TaskStatus.newBuilder()
            .setTaskId(UpdateRelay.bytes(task.taskId()))
            .setSessionId(UpdateRelay.bytes(task.sessionId()))
            .setModel(task.model())
            .setState(task.state())
            .setReference(task.clientReference())
            .setCreatedAtMillis(task.createdAtMillis())
            .setEndedAtMillis(task.endedAtMillis())
            .addAllNodes(task.nodes())
            .setText(task.text());
    if (task.result() != null) {
      status.setGeneration(task.result());
    }
    if (task.embedding() != null) {
      status.setEmbedding(task.embedding());
    }
    if (task.failure() != null) {
      status.setFailure(UpdateRelay.failed(task.failure()));
    }
    return status.build();
  }

  private static ModelInfo info(ModelView model) {
    return ModelInfo.newBuilder()
        .setId(model.id())
        .setContextLength(model.contextLength())
        .setGenerates(model.generates())
        .setEmbeddings(model.embeddings())
        .setPriceInputWei(model.priceInputWei().toString())
        .setPriceOutputWei(model.priceOutputWei().toString())
        .setNodes(model.nodes())
        .build();
  }
}
