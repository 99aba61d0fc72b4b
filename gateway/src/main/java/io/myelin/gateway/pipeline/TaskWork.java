package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.task.Delivered;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.typeddata.TaskOffer;
import io.myelin.v1.Offer;

/** What a task asks of nodes, and the offers made of it. */
final class TaskWork {
  private final GatewayIdentity identity;
  private final TaskId taskId;
  private final SessionId sessionId;
  private final Submission.Work work;
  private final Digest specDigest;
  private final long deadlineMillis;

  TaskWork(
      GatewayIdentity identity,
      TaskId taskId,
      SessionId sessionId,
      Submission.Work work,
      long deadlineMillis) {
    this.identity = identity;
    this.taskId = taskId;
    this.sessionId = sessionId;
    this.work = work;
    this.deadlineMillis = deadlineMillis;
    this.specDigest =
        switch (work) {
          case Submission.Work.Generate generate -> WorkDigest.of(generate.spec());
          case Submission.Work.Embed embed -> WorkDigest.of(embed.spec());
        };
  }

  TaskId taskId() {
    return taskId;
  }

  SessionId sessionId() {
    return sessionId;
  }

  Submission.Work work() {
    return work;
  }

  Digest specDigest() {
    return specDigest;
  }

  boolean embeds() {
    return work instanceof Submission.Work.Embed;
  }

  SlotTable.Need need() {
    return new SlotTable.Need(work.model(), embeds());
  }

  /** An offer that goes on from a position of the stream, signed. */
  Offer offer(Address node, int attempt, Role role, Delivered from, OutputLog output) {
    TaskOffer statement =
        new TaskOffer(
            taskId, sessionId, node, attempt, role == Role.PRIMARY, specDigest, deadlineMillis);
    Offer.Builder offer =
        Offer.newBuilder()
            .setTaskId(bytes(taskId.bytes()))
            .setSessionId(bytes(sessionId.bytes()))
            .setAttempt(attempt)
            .setPrimary(role == Role.PRIMARY)
            .setSpecDigest(bytes(specDigest.bytes()))
            .setNextSeq(from.chunks())
            .setStreamHead(bytes(from.streamHead().bytes()))
            .setDeadlineMillis(deadlineMillis)
            .setSignature(bytes(identity.key().sign(identity.domain().digest(statement)).bytes()));
    if (from.chunks() > 0) {
      offer.addAllPrefixTokens(output.tokenIds(from.chunks()));
      offer.setPrefixText(output.text(from.chunks()));
    }
    switch (work) {
      case Submission.Work.Generate generate -> offer.setGeneration(generate.spec());
      case Submission.Work.Embed embed -> offer.setEmbedding(embed.spec());
    }
    return offer.build();
  }

  private static ByteString bytes(byte[] bytes) {
    return ByteString.copyFrom(bytes);
  }
}
