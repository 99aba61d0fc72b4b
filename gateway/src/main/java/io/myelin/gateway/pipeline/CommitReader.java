package io.myelin.gateway.pipeline;

import io.myelin.gateway.hub.NodeLink;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.task.Commitment;
import io.myelin.protocol.task.StreamResult;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.WorkRecord;
import java.util.List;
import java.util.Locale;

/** Turns what a node reveals into the task machine's terms; the machine judges it. */
final class CommitReader {
  private static final String REASON_PREFIX = "FINISH_REASON_";

  private final GatewayIdentity identity;
  private final TaskWork work;

  CommitReader(GatewayIdentity identity, TaskWork work) {
    this.identity = identity;
    this.work = work;
  }

  /**
   * What a node did, as validators take it.
   *
   * @param prefix tokens of the output that others had delivered when it began
   * @throws IllegalArgumentException when it lacks something that they would miss
   */
  SignedWork record(NodeLink link, Commit commit, List<Integer> prefix) {
    WorkRecord record = SignedWork.record(identity.key().address(), link.node(), commit);
    SignedWork signed = SignedWork.of(record, identity.domain());
    Evidence evidence = signed.evidence();
    if (!signed.commit().taskId().equals(work.taskId())) {
      throw new IllegalArgumentException(
          "offer: of task %s (expected: %s)".formatted(signed.commit().taskId(), work.taskId()));
    }
    if (!evidence.getPrefixTokensList().equals(prefix)) {
      throw new IllegalArgumentException(
          "evidence.prefix_tokens: %d tokens (expected: the %d that were delivered before)"
              .formatted(evidence.getPrefixTokensCount(), prefix.size()));
    }
    boolean announced =
        link.hello().getModelsList().stream()
            .anyMatch(
                model ->
                    model.getId().equals(signed.spec().getModel())
                        && model.getWeightsDigest().equals(evidence.getWeightsDigest())
                        && model.getEquivalenceClass().equals(evidence.getEquivalenceClass()));
    if (!announced) {
      throw new IllegalArgumentException(
          "evidence: weights or equivalence class %s (expected: as the node announced)"
              .formatted(evidence.getEquivalenceClass()));
    }
    return signed;
  }

  /**
   * The event of a reveal.
   *
   * @throws IllegalArgumentException when a field is malformed
   */
  TaskEvent.Committed read(Address node, Commit commit) {
    TaskCommit statement =
        new TaskCommit(
            work.taskId(),
            work.sessionId(),
            node,
            commit.getAttempt(),
            work.specDigest(),
            Digest.of(commit.getStreamHead().toByteArray()),
            Digest.of(commit.getOutputDigest().toByteArray()),
            Digest.of(commit.getEvidenceDigest().toByteArray()),
            commit.getResult().getPromptTokens(),
            commit.getResult().getOutputTokens(),
            commit.getResult().getReasonValue());
    if (work.embeds() && !WorkDigest.of(commit.getEmbedding()).equals(statement.outputDigest())) {
      throw new IllegalArgumentException(
          "output_digest: %s (expected: %s, that of the embedding)"
              .formatted(statement.outputDigest(), WorkDigest.of(commit.getEmbedding())));
    }
    Signature signature = Signature.of(commit.getSignature().toByteArray());
    boolean valid = Signers.signedBy(node, identity.domain().digest(statement), signature);
    Commitment commitment =
        new Commitment(
            statement.hashStruct(),
            Salt.of(commit.getSalt().toByteArray()),
            statement.streamHead(),
            statement.outputDigest(),
            statement.evidenceDigest(),
            statement.promptTokens(),
            statement.outputTokens(),
            reason(commit.getResult().getReason()),
            signature.toString());
    return new TaskEvent.Committed(node, commit.getAttempt(), commitment, valid);
  }

  /** How a stream ended, in the machine's terms. */
  static StreamResult result(GenerationResult result) {
    return new StreamResult(
        reason(result.getReason()), result.getPromptTokens(), result.getOutputTokens());
  }

  /** {@code FINISH_REASON_STOP} is {@code stop}. */
  static String reason(FinishReason reason) {
    if (reason == FinishReason.UNRECOGNIZED) {
      throw new IllegalArgumentException(
          "finish reason: unknown (expected: one of the protocol's)");
    }
    return reason.name().substring(REASON_PREFIX.length()).toLowerCase(Locale.ROOT);
  }

  /** The reverse of {@link #reason(FinishReason)}. */
  static FinishReason reason(String name) {
    return FinishReason.valueOf(REASON_PREFIX + name.toUpperCase(Locale.ROOT));
  }
}
