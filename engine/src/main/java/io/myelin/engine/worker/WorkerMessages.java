package io.myelin.engine.worker;

import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.v1.WorkerFailure;
import io.myelin.v1.WorkerModel;
import java.util.Arrays;
import java.util.concurrent.CompletionException;

/** Turns the engine's values into messages and back. */
final class WorkerMessages {

  /** What both sides must speak. */
  static final int PROTOCOL_VERSION = 1;

  private WorkerMessages() {}

  static WorkerModel toProto(EngineModel model) {
    return WorkerModel.newBuilder()
        .setId(model.id())
        .setWeightsDigestHex(model.weightsDigestHex())
        .setContextLength(model.contextLength())
        .setVocabularySize(model.vocabularySize())
        .setSlots(model.slots())
        .setEquivalenceClass(model.equivalenceClass())
        .setEmbeddings(model.embeddings())
        .build();
  }

  static EngineModel fromProto(WorkerModel model) {
    return new EngineModel(
        model.getId(),
        model.getWeightsDigestHex(),
        model.getContextLength(),
        model.getVocabularySize(),
        model.getSlots(),
        model.getEquivalenceClass(),
        model.getEmbeddings());
  }

  static WorkerFailure toProto(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof EngineException e) {
      return failure(e.kind(), String.valueOf(e.getMessage()));
    }
    if (cause instanceof IllegalArgumentException e) {
      return failure(EngineException.Kind.BAD_REQUEST, String.valueOf(e.getMessage()));
    }
    if (cause instanceof OutOfMemoryError e) {
      return failure(EngineException.Kind.OUT_OF_MEMORY, "the worker's memory is used up: " + e);
    }
    return failure(EngineException.Kind.INTERNAL, "the engine failed: " + cause);
  }

  static EngineException fromProto(WorkerFailure failure) {
    EngineException.Kind kind =
        Arrays.stream(EngineException.Kind.values())
            .filter(one -> one.name().equals(failure.getKind()))
            .findFirst()
            .orElse(EngineException.Kind.INTERNAL);
    return new EngineException(kind, failure.getMessage());
  }

  private static WorkerFailure failure(EngineException.Kind kind, String message) {
    return WorkerFailure.newBuilder().setKind(kind.name()).setMessage(message).build();
  }
}
