package io.myelin.compute.task;

import com.google.protobuf.ByteString;
import io.myelin.compute.evidence.EvidenceStore;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.Commit;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Offer;
import io.myelin.v1.StoredCommitment;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs, writes and reads promises on a thread of its own, in the order asked. */
final class SealRoom {
  private static final Logger logger = LoggerFactory.getLogger(SealRoom.class);

  private final CommitSigner signer;
  private final EvidenceStore store;
  private final Executor loop;
  private final Executor disk;

  SealRoom(CommitSigner signer, EvidenceStore store, Executor loop, Executor disk) {
    this.signer = signer;
    this.store = store;
    this.loop = loop;
    this.disk = disk;
  }

  /** Signs and writes; one of the two is told on the loop when it is on disk or cannot be. */
  void seal(
      Address gateway,
      Offer offer,
      TaskOutput output,
      Consumer<StoredCommitment> done,
      Consumer<String> failed) {
    disk.execute(
        () -> {
          try {
            StoredCommitment stored =
                signer.sign(offer, output).toBuilder()
                    .setGateway(ByteString.copyFrom(gateway.bytes()))
                    .build();
            store.seal(stored);
            loop.execute(() -> done.accept(stored));
          } catch (IOException | RuntimeException e) {
            logger.error("Task {}: sealing failed", TaskMessages.shown(offer.getTaskId()), e);
            loop.execute(() -> failed.accept("evidence could not be kept: " + e.getMessage()));
          }
        });
  }

  /** Reads back and sends. */
  void open(Address gateway, ByteString taskId, boolean withEvidence, TaskRoom.Outbox outbox) {
    disk.execute(
        () -> {
          try {
            Optional<StoredCommitment> found = store.load(taskId);
            if (found.isEmpty()) {
              logger.warn("Task {}: its promise is gone", TaskMessages.shown(taskId));
              return;
            }
            Commit commit = found.get().getCommit();
            if (withEvidence) {
              commit = shown(found.get());
            }
            store.markOpened(taskId);
            outbox.send(gateway, NodeMessage.newBuilder().setCommit(commit).build());
          } catch (IOException e) {
            logger.error("Task {}: its promise cannot be read", TaskMessages.shown(taskId), e);
          }
        });
  }

  /** With all that proves it. */
  private static Commit shown(StoredCommitment stored) {
    Commit.Builder commit = stored.getCommit().toBuilder().setEvidence(stored.getEvidence());
    if (stored.hasOffer()) {
      commit.setOffer(stored.getOffer());
    }
    return commit.build();
  }

  /** Shows once more what a gateway, which had it before, lost. */
  void showKept(Address gateway, ByteString taskId, int attempt, TaskRoom.Outbox outbox) {
    disk.execute(
        () -> {
          try {
            Optional<StoredCommitment> found =
                store
                    .load(taskId)
                    .filter(
                        kept ->
                            kept.getAttempt() == attempt
                                && kept.getGateway().equals(ByteString.copyFrom(gateway.bytes())));
            if (found.isPresent()) {
              outbox.send(gateway, NodeMessage.newBuilder().setCommit(shown(found.get())).build());
            }
          } catch (IOException e) {
            logger.error("Task {}: what is kept of it cannot be read", shownId(taskId), e);
          }
        });
  }

  /** Keeps it on, for whoever may ask what was done; it binds nobody any more. */
  void retain(ByteString taskId) {
    disk.execute(
        () -> {
          try {
            store.retain(taskId);
          } catch (IOException e) {
            logger.warn("Task {}: its evidence is not kept", shownId(taskId), e);
          }
        });
  }

  private static String shownId(ByteString taskId) {
    return TaskMessages.shown(taskId);
  }

  /** Forgets. */
  void discard(ByteString taskId) {
    disk.execute(
        () -> {
          try {
            store.discard(taskId);
          } catch (IOException e) {
            logger.warn("Task {}: its evidence cannot be deleted", TaskMessages.shown(taskId), e);
          }
        });
  }
}
