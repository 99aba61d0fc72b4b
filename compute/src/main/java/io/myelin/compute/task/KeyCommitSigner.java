package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.Commit;
import io.myelin.v1.Offer;
import io.myelin.v1.StoredCommitment;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Signs with the node's operator key. */
public final class KeyCommitSigner implements CommitSigner {
  private final OperatorKey key;
  private final Eip712Domain domain;
  private final RandomGenerator saltSource;
  private final InstantSource clock;

  /**
   * A signer.
   *
   * @param saltSource must be unpredictable: who guesses a salt can test outputs against a
   *     precommit
   */
  public KeyCommitSigner(
      OperatorKey key, Eip712Domain domain, RandomGenerator saltSource, InstantSource clock) {
    this.key = key;
    this.domain = domain;
    this.saltSource = saltSource;
    this.clock = clock;
  }

  @Override
  public StoredCommitment sign(Offer offer, TaskOutput output) {
    byte[] salt = new byte[Salt.LENGTH];
    saltSource.nextBytes(salt);
    Digest evidenceDigest =
        output.evidence() == null ? Digest.ZERO : WorkDigest.of(output.evidence());
    TaskCommit statement =
        new TaskCommit(
            TaskId.of(offer.getTaskId().toByteArray()),
            SessionId.of(offer.getSessionId().toByteArray()),
            key.address(),
            offer.getAttempt(),
            Digest.of(offer.getSpecDigest().toByteArray()),
            output.streamHead(),
            output.outputDigest(),
            evidenceDigest,
            output.result().getPromptTokens(),
            output.result().getOutputTokens(),
            output.result().getReasonValue());
    Commitment commitment = Commitment.sign(key, domain, statement, Salt.of(salt));
    Commit.Builder commit =
        Commit.newBuilder()
            .setTaskId(offer.getTaskId())
            .setAttempt(offer.getAttempt())
            .setSalt(ByteString.copyFrom(salt))
            .setStreamHead(bytes(output.streamHead()))
            .setOutputDigest(bytes(output.outputDigest()))
            .setEvidenceDigest(bytes(evidenceDigest))
            .setResult(output.result())
            .setSignature(ByteString.copyFrom(commitment.signature().bytes()));
    if (output.embedding() != null) {
      commit.setEmbedding(output.embedding());
    }
    StoredCommitment.Builder stored =
        StoredCommitment.newBuilder()
            .setTaskId(offer.getTaskId())
            .setAttempt(offer.getAttempt())
            .setPrecommit(bytes(commitment.precommit()))
            .setCommit(commit)
            .setOffer(offer)
            .setSealedAtMillis(clock.millis());
    if (output.evidence() != null) {
      stored.setEvidence(output.evidence().toByteString());
    }
    return stored.build();
  }

  private static ByteString bytes(Digest digest) {
    return ByteString.copyFrom(digest.bytes());
  }
}
