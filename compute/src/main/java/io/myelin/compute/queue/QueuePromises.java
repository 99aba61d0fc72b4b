package io.myelin.compute.queue;

import com.google.protobuf.ByteString;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.compute.task.CommitSigner;
import io.myelin.compute.task.TaskOutput;
import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.queue.QueueNode.Promise;
import io.myelin.v1.Commit;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.Offer;
import io.myelin.v1.StoredCommitment;
import java.io.IOException;
import java.util.Optional;

/**
 * What the node is bound to, on its disk before anybody hears of it. For one attempt there is one
 * promise, ever: a second one would be a lie about the first.
 */
final class QueuePromises {
  private final EvidenceStore store;
  private final CommitSigner signer;

  QueuePromises(EvidenceStore store, CommitSigner signer) {
    this.store = store;
    this.signer = signer;
  }

  /** The promise about a task; empty when there is none. */
  synchronized Optional<Promise> of(TaskId task) throws IOException {
    return load(task).map(QueuePromises::promise);
  }

  private Optional<StoredCommitment> load(TaskId task) throws IOException {
    return store.load(ByteString.copyFrom(task.bytes()));
  }

  private static Promise promise(StoredCommitment stored) {
    return new Promise(
        stored.getAttempt(),
        digest(stored.getPrecommit()),
        stored.getCommit().getResult().getPromptTokens(),
        stored.getCommit().getResult().getOutputTokens());
  }

  /**
   * Signs and writes; it is on disk when this returns. An attempt that has its promise keeps it.
   */
  synchronized Promise seal(Offer offer, TaskOutput output) throws IOException {
    Optional<StoredCommitment> kept = store.load(offer.getTaskId());
    if (kept.isPresent() && kept.get().getAttempt() == offer.getAttempt()) {
      return promise(kept.get());
    }
    StoredCommitment stored = signer.sign(offer, output);
    store.seal(stored);
    return promise(stored);
  }

  /** The output that an earlier attempt was promised with; empty when there is none. */
  synchronized Optional<TaskOutput> output(TaskId task) throws IOException {
    Optional<StoredCommitment> stored = load(task);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    Commit commit = stored.get().getCommit();
    return Optional.of(
        new TaskOutput(
            digest(commit.getStreamHead()),
            digest(commit.getOutputDigest()),
            commit.getResult(),
            Evidence.parseFrom(stored.get().getEvidence()),
            null));
  }

  /**
   * What opens a promise.
   *
   * @param output the whole answer
   */
  record Opened(SessionQueue.Reveal reveal, ByteString output) {}

  /** How a promise is opened; empty when there is none. */
  synchronized Optional<Opened> open(TaskId task) throws IOException {
    Optional<StoredCommitment> stored = load(task);
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    Commit commit = stored.get().getCommit();
    ByteString text = ByteString.EMPTY;
    for (GeneratedChunk chunk : Evidence.parseFrom(stored.get().getEvidence()).getChunksList()) {
      text = text.concat(chunk.getText());
    }
    return Optional.of(
        new Opened(
            new SessionQueue.Reveal(
                digest(commit.getSalt()),
                digest(commit.getStreamHead()),
                digest(commit.getOutputDigest()),
                digest(commit.getEvidenceDigest()),
                commit.getResult().getPromptTokens(),
                commit.getResult().getOutputTokens(),
                commit.getResult().getReasonValue()),
            text));
  }

  /**
   * Nothing is owed any more: it is kept while there is room, as evidence, and because a
   * reorganisation may bring the task back.
   */
  synchronized void settle(TaskId task) throws IOException {
    store.markOpened(ByteString.copyFrom(task.bytes()));
  }

  private static Digest digest(ByteString bytes) {
    return Digest.of(bytes.toByteArray());
  }
}
