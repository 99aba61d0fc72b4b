package io.myelin.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeAccount;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.Hello;
import io.myelin.v1.ServedModel;
import io.myelin.v1.WorkRecord;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a node must show beside its commitment where validators may ask for it. */
class CommitReaderTest {
  private static final Eip712Domain DOMAIN = new Eip712Domain(31_337, Address.ZERO);
  private static final OperatorKey GATEWAY = key(1);
  private static final OperatorKey NODE = key(2);
  private static final ByteString WEIGHTS = ByteString.copyFrom(new byte[Digest.LENGTH]);

  private final GatewayIdentity identity = new GatewayIdentity(GATEWAY, DOMAIN);
  private final TaskWork work =
      new TaskWork(
          identity,
          TaskId.of(Sha256.hash(new byte[] {3}).bytes()),
          SessionId.of(Sha256.hash(new byte[] {4}).bytes()),
          new Submission.Work.Generate(
              GenerationSpec.newBuilder().setModel("tiny").setText("hello").build()),
          1_000);
  private final CommitReader reader = new CommitReader(identity, work);

  private static OperatorKey key(int number) {
    return OperatorKey.of(Sha256.hash(new byte[] {(byte) number}).bytes());
  }

  private static Evidence evidence() {
    return Evidence.newBuilder().setEquivalenceClass("one").setWeightsDigest(WEIGHTS).build();
  }

  private Commit commit(Evidence evidence) {
    TaskCommit statement =
        new TaskCommit(
            work.taskId(),
            work.sessionId(),
            NODE.address(),
            1,
            work.specDigest(),
            Digest.ZERO,
            Digest.ZERO,
            WorkDigest.of(evidence),
            1,
            1,
            1);
    return Commit.newBuilder()
        .setTaskId(bytes(work.taskId().bytes()))
        .setAttempt(1)
        .setStreamHead(bytes(Digest.ZERO.bytes()))
        .setOutputDigest(bytes(Digest.ZERO.bytes()))
        .setEvidenceDigest(bytes(WorkDigest.of(evidence).bytes()))
        .setResult(
            GenerationResult.newBuilder()
                .setReason(FinishReason.FINISH_REASON_STOP)
                .setPromptTokens(1)
                .setOutputTokens(1))
        .setSignature(bytes(NODE.sign(DOMAIN.digest(statement)).bytes()))
        .setEvidence(evidence.toByteString())
        .setOffer(
            work.offer(
                NODE.address(),
                1,
                Role.PRIMARY,
                OutputLog.start(work.taskId()),
                new OutputLog(work.taskId())))
        .build();
  }

  private static ByteString bytes(byte[] bytes) {
    return ByteString.copyFrom(bytes);
  }

  private String refusal(Commit commit, List<Integer> prefix) {
    try {
      SignedWork _ = reader.record(new Link(), commit, prefix);
      return "";
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage());
    }
  }

  @Test
  void shouldKeepWhatAnybodyCanCheck() {
    WorkRecord record = reader.record(new Link(), commit(evidence()), List.of()).record();
    assertThat(SignedWork.of(record, DOMAIN).commit().taskId()).isEqualTo(work.taskId());
    assertThat(record.getCommit().hasOffer()).isFalse();
  }

  @Test
  void shouldTakeNoCommitmentWithoutItsEvidence() {
    Commit whole = commit(evidence());
    assertThat(refusal(whole.toBuilder().clearEvidence().build(), List.of()))
        .startsWith("evidence_digest: ");
    assertThat(refusal(whole.toBuilder().clearOffer().build(), List.of())).startsWith("offer: ");
    assertThat(
            refusal(
                whole.toBuilder().setOffer(whole.getOffer().toBuilder().setAttempt(2)).build(),
                List.of()))
        .startsWith("offer: not signed");
  }

  @Test
  void shouldTakeNoEvidenceOfAnotherBeginningModelOrClass() {
    assertThat(refusal(commit(evidence()), List.of(5))).startsWith("evidence.prefix_tokens: 0");
    assertThat(
            refusal(commit(evidence().toBuilder().setEquivalenceClass("other").build()), List.of()))
        .contains("as the node announced");
    assertThatThrownBy(
            () ->
                reader.record(
                    new Link(),
                    commit(
                        evidence().toBuilder()
                            .setWeightsDigest(bytes(GATEWAY.address().bytes()))
                            .build()),
                    List.of()))
        .hasMessageContaining("as the node announced");
  }

  /** The node's connection, of which only what it announced counts here. */
  private static final class Link implements NodeLink {
    @Override
    public Address node() {
      return NODE.address();
    }

    @Override
    public Hello hello() {
      return Hello.newBuilder()
          .addModels(
              ServedModel.newBuilder()
                  .setId("tiny")
                  .setWeightsDigest(WEIGHTS)
                  .setEquivalenceClass("one"))
          .build();
    }

    @Override
    public void send(GatewayMessage message) {}

    @Override
    public void closeForViolation(String code, String message) {}

    @Override
    public NodeAccount account() {
      return new NodeAccount();
    }
  }
}
