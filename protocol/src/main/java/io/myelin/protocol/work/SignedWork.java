package io.myelin.protocol.work;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.FixedBytes;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.typeddata.TaskOffer;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.Offer;
import io.myelin.v1.WorkRecord;

/**
 * One answer of one node, with both signatures checked: the gateway asked for exactly this, and the
 * node says that exactly this came of it. What it says may still be a lie.
 *
 * @param gateway who asked
 * @param commit what the node signed
 * @param spec what was asked for
 * @param evidence whose digest the node signed
 * @param record all of it as it travels
 */
public record SignedWork(
    Address gateway, TaskCommit commit, GenerationSpec spec, Evidence evidence, WorkRecord record) {

  /**
   * Most bytes of a record: more than the evidence of the longest answer, and less than a validator
   * takes in one message.
   */
  public static final int MAX_BYTES = 8_000_000;

  /** Whose work. */
  public Address node() {
    return commit.node();
  }

  /** By which it is known, on chain and in stores: what the node signed has one. */
  public Digest digest() {
    return commit.hashStruct();
  }

  /**
   * Reads a record and checks what signatures prove.
   *
   * @throws IllegalArgumentException naming the first thing that does not hold
   */
  public static SignedWork of(WorkRecord record, Eip712Domain domain) {
    if (record.getSerializedSize() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "record: %d bytes (expected: at most %d)"
              .formatted(record.getSerializedSize(), MAX_BYTES));
    }
    Offer offer = record.getOffer();
    Commit told = record.getCommit();
    if (!offer.hasGeneration()) {
      throw new IllegalArgumentException("offer: no generation (expected: text to check)");
    }
    Address gateway = Address.of(record.getGateway().toByteArray());
    Address node = Address.of(record.getNode().toByteArray());
    TaskOffer asked =
        new TaskOffer(
            TaskId.of(offer.getTaskId().toByteArray()),
            SessionId.of(offer.getSessionId().toByteArray()),
            node,
            offer.getAttempt(),
            offer.getPrimary(),
            Digest.of(offer.getSpecDigest().toByteArray()),
            offer.getDeadlineMillis());
    require("spec_digest", asked.specDigest(), WorkDigest.of(offer));
    if (!Signers.signedBy(
        gateway, domain.digest(asked), Signature.of(offer.getSignature().toByteArray()))) {
      throw new IllegalArgumentException("offer: not signed by gateway " + gateway);
    }
    require("commit.task_id", told.getTaskId(), offer.getTaskId());
    TaskCommit commit =
        new TaskCommit(
            asked.taskId(),
            asked.sessionId(),
            node,
            told.getAttempt(),
            asked.specDigest(),
            Digest.of(told.getStreamHead().toByteArray()),
            Digest.of(told.getOutputDigest().toByteArray()),
            Digest.of(told.getEvidenceDigest().toByteArray()),
            told.getResult().getPromptTokens(),
            told.getResult().getOutputTokens(),
            told.getResult().getReasonValue());
    require("commit.attempt", commit.attempt(), asked.attempt());
    if (!Signers.signedBy(
        node, domain.digest(commit), Signature.of(told.getSignature().toByteArray()))) {
      throw new IllegalArgumentException("commit: not signed by node " + node);
    }
    return new SignedWork(
        gateway,
        commit,
        offer.getGeneration(),
        evidence(told.getEvidence(), commit.evidenceDigest()),
        record);
  }

  /**
   * Evidence whose digest a node signed.
   *
   * @throws IllegalArgumentException when it is not that, or no evidence
   */
  public static Evidence evidence(ByteString bytes, Digest signed) {
    require("evidence_digest", Sha256.hash(bytes.toByteArray()), signed);
    try {
      return Evidence.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("evidence: " + e.getMessage(), e);
    }
  }

  /** A record of what a gateway asked of a node and what that node revealed. */
  public static WorkRecord record(Address gateway, Address node, Commit revealed) {
    return WorkRecord.newBuilder()
        .setGateway(bytes(gateway))
        .setNode(bytes(node))
        .setOffer(revealed.getOffer())
        .setCommit(revealed.toBuilder().clearOffer())
        .build();
  }

  private static ByteString bytes(FixedBytes value) {
    return ByteString.copyFrom(value.bytes());
  }

  private static void require(String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(what + ": " + found + " (expected: " + expected + ")");
    }
  }
}
