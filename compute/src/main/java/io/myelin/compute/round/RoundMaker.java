package io.myelin.compute.round;

import com.google.protobuf.ByteString;
import io.myelin.committee.RoundCalls;
import io.myelin.compute.task.EngineDesk;
import io.myelin.compute.task.TaskOutput;
import io.myelin.engine.EngineException;
import io.myelin.engine.EngineModel;
import io.myelin.engine.InferenceEngine;
import io.myelin.protocol.cognitive.RoundNode.Step;
import io.myelin.protocol.cognitive.RoundTasks;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.stream.HashChain;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.Offer;
import io.myelin.v1.RoundContent;
import io.myelin.v1.RoundContent.Kind;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Generates what a round asks of the node, beside its slots; blocks. */
final class RoundMaker {
  private static final Logger logger = LoggerFactory.getLogger(RoundMaker.class);
  private static final String NO_MODEL = "none";

  private final Address self;
  private final InferenceEngine engine;
  private final EngineDesk desk;
  private final RoundCalls calls;

  RoundMaker(Address self, InferenceEngine engine, EngineDesk desk, RoundCalls calls) {
    this.self = self;
    this.engine = engine;
    this.desk = desk;
    this.calls = calls;
  }

  /** The model that it answers with: its first for text. */
  private Optional<String> model() {
    return engine.models().stream()
        .filter(model -> !model.embeddings())
        .map(EngineModel::id)
        .findFirst();
  }

  /**
   * Makes it.
   *
   * @param untilSeconds when the stage is over
   * @return empty when it has to wait for what others made
   * @throws ExecutionException when the engine fails
   */
  Optional<RoundWork> make(RoundView round, Step.Make make, long untilSeconds, long leftSeconds)
      throws InterruptedException, ExecutionException, TimeoutException {
    Optional<String> model = model();
    if (model.isEmpty()) {
      return Optional.of(nothing(round.id(), make.kind(), self));
    }
    Optional<RoundWork> input = input(round, make);
    if (make.input().isPresent() && input.isEmpty() && make.patient()) {
      return Optional.empty();
    }
    try {
      return Optional.of(make(round, make, model.get(), input, untilSeconds, leftSeconds));
    } catch (ExecutionException e) {
      if (input.isEmpty() || !isRefused(e.getCause())) {
        throw e;
      }
      // What others made cannot be worked with: the fixed words stand in for it.
      logger.info("Round {}: goes on with fixed words: {}", round.number(), e.getMessage());
      return Optional.of(
          make(round, make, model.get(), Optional.empty(), untilSeconds, leftSeconds));
    }
  }

  /** Whether the engine would refuse it again. */
  private static boolean isRefused(@Nullable Throwable cause) {
    return cause instanceof EngineException refused && !refused.retryElsewhere();
  }

  private RoundWork make(
      RoundView round,
      Step.Make make,
      String model,
      Optional<RoundWork> input,
      long untilSeconds,
      long leftSeconds)
      throws InterruptedException, ExecutionException, TimeoutException {
    String text = input.map(RoundWork::text).orElseGet(() -> RoundTasks.fallback(make.kind()));
    GenerationSpec spec =
        RoundTasks.spec(make.kind(), model, round.number(), round.beganSeconds(), self, text);
    Offer offer = offer(round, make.kind(), spec, untilSeconds);
    try {
      TaskOutput output = desk.beside(offer).get(Math.max(1, leftSeconds), TimeUnit.SECONDS);
      RoundContent.Builder content =
          RoundContent.newBuilder()
              .setRoundId(bytes(round.id()))
              .setKind(make.kind())
              .setNode(ByteString.copyFrom(self.bytes()))
              .setModel(model)
              .setResult(output.result());
      input.ifPresent(from -> content.setInputDigest(bytes(from.digest())));
      Evidence evidence = output.evidence();
      if (evidence != null) {
        content.setEvidence(evidence);
      }
      return RoundWork.of(content.build().toByteString());
    } finally {
      desk.release(offer.getTaskId());
    }
  }

  /**
   * What a node gives that serves no text: it was there, and says nothing. Others go on with fixed
   * words, and it is neither right nor wrong.
   */
  static RoundWork nothing(Digest roundId, Kind kind, Address self) {
    return RoundWork.of(
        RoundContent.newBuilder()
            .setRoundId(bytes(roundId))
            .setKind(kind)
            .setNode(ByteString.copyFrom(self.bytes()))
            .setModel(NO_MODEL)
            .build()
            .toByteString());
  }

  /** What others made; what is there and not of the right kind is as good as not there. */
  private Optional<RoundWork> input(RoundView round, Step.Make make) throws InterruptedException {
    if (make.input().isEmpty()) {
      return Optional.empty();
    }
    Optional<ByteString> found = calls.read(round.number(), make.input().get());
    try {
      return found.map(RoundWork::of).filter(work -> !work.text().isEmpty());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private Offer offer(RoundView round, Kind kind, GenerationSpec spec, long untilSeconds) {
    TaskId task =
        TaskId.of(
            Keccak256.hashBytes(
                round.id().bytes(), new byte[] {(byte) kind.getNumber()}, self.bytes()));
    Offer offer =
        Offer.newBuilder()
            .setTaskId(ByteString.copyFrom(task.bytes()))
            .setSessionId(bytes(round.id()))
            .setAttempt(1)
            // Nobody listens to the stream.
            .setPrimary(false)
            .setGeneration(spec)
            .setSpecDigest(bytes(WorkDigest.of(spec)))
            .setStreamHead(ByteString.copyFrom(HashChain.genesis(task).bytes()))
            .setDeadlineMillis(untilSeconds * 1_000)
            .build();
    return offer;
  }

  private static ByteString bytes(Digest digest) {
    return ByteString.copyFrom(digest.bytes());
  }
}
