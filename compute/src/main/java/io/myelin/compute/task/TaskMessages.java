package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.nodetask.NodeTaskEffect;
import io.myelin.protocol.nodetask.NodeTaskState;
import io.myelin.protocol.nodetask.Refusal;
import io.myelin.v1.Ack;
import io.myelin.v1.HeldTask;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Precommit;
import io.myelin.v1.Refuse;
import io.myelin.v1.ServedModel;
import io.myelin.v1.TaskError;
import java.util.HexFormat;
import java.util.Optional;

/** Wire messages about a task. */
public final class TaskMessages {
  private TaskMessages() {}

  static NodeMessage ack(ByteString taskId, int attempt) {
    return NodeMessage.newBuilder()
        .setAck(Ack.newBuilder().setTaskId(taskId).setAttempt(attempt))
        .build();
  }

  static NodeMessage refuse(ByteString taskId, int attempt, Refusal refusal) {
    return NodeMessage.newBuilder()
        .setRefuse(
            Refuse.newBuilder()
                .setTaskId(taskId)
                .setAttempt(attempt)
                .setCode(refusal.code())
                .setMessage(refusal.message()))
        .build();
  }

  static NodeMessage precommit(ByteString taskId, int attempt, ByteString hash) {
    return NodeMessage.newBuilder()
        .setPrecommit(Precommit.newBuilder().setTaskId(taskId).setAttempt(attempt).setHash(hash))
        .build();
  }

  static NodeMessage error(ByteString taskId, NodeTaskEffect.SendError error) {
    return NodeMessage.newBuilder()
        .setError(
            TaskError.newBuilder()
                .setTaskId(taskId)
                .setAttempt(error.attempt())
                .setCode(error.code())
                .setMessage(error.message())
                .setRetryElsewhere(error.retryElsewhere()))
        .build();
  }

  static Optional<HeldTask> held(ByteString taskId, TaskEntry entry) {
    HeldTask.Builder held = HeldTask.newBuilder().setTaskId(taskId);
    return switch (entry.state) {
      case NodeTaskState.Running _, NodeTaskState.Sealing _ ->
          Optional.of(held.setStage(HeldTask.Stage.STAGE_RUNNING).build());
      case NodeTaskState.Precommitted _ ->
          Optional.of(
              held.setStage(HeldTask.Stage.STAGE_PRECOMMITTED)
                  .setPrecommit(entry.precommit)
                  .build());
      case NodeTaskState.Committed _ ->
          Optional.of(
              held.setStage(HeldTask.Stage.STAGE_COMMITTED).setPrecommit(entry.precommit).build());
      case NodeTaskState.Absent _, NodeTaskState.Ended _ -> Optional.empty();
    };
  }

  /** The code of {@code TaskError} for what an engine threw. */
  static String errorCode(RuntimeException error) {
    if (!(error instanceof EngineException engineError)) {
      return "internal";
    }
    return switch (engineError.kind()) {
      case CRASHED, CLOSED -> "engine_crashed";
      case OUT_OF_MEMORY -> "out_of_memory";
      case CONTEXT_LENGTH_EXCEEDED -> "context_length_exceeded";
      case BAD_REQUEST -> "bad_request";
      case BUSY -> "busy";
      case UNKNOWN_MODEL, BAD_MODEL_FILE, INTERNAL -> "internal";
    };
  }

  /** A model as the node tells of it. */
  public static ServedModel served(EngineModel model) {
    return ServedModel.newBuilder()
        .setId(model.id())
        .setWeightsDigest(weightsDigest(model))
        .setContextLength(model.contextLength())
        .setEquivalenceClass(model.equivalenceClass())
        .setEmbeddings(model.embeddings())
        .build();
  }

  /** The digest of the weights, 32 bytes; all zero for an upstream whose weights nobody sees. */
  public static ByteString weightsDigest(EngineModel model) {
    if (model.weightsDigestHex().isEmpty()) {
      return ByteString.copyFrom(Digest.ZERO.bytes());
    }
    return ByteString.copyFrom(HexFormat.of().parseHex(model.weightsDigestHex()));
  }

  static String shown(ByteString taskId) {
    ByteString start = taskId.substring(0, Math.min(4, taskId.size()));
    return HexFormat.of().formatHex(start.toByteArray());
  }
}
