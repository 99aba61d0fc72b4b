package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.journal.TaskStore;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.CancelCause;
import io.myelin.protocol.task.LossCause;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.task.TaskEvent;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.Commit;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.Evidence;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.Precommit;
import io.myelin.v1.TaskChunk;
import io.myelin.v1.TaskError;
import io.myelin.v1.WorkRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What nodes say about one task. In the task's loop. */
final class NodeInbox {
  /** Codes by which a node says that the request itself is wrong. */
  private static final Set<String> CLIENT_FAULTS =
      Set.of("context_length_exceeded", "bad_request", "unsupported");

  private final TaskRunner task;
  private final PipelineContext context;
  private final CommitReader commits;
  private final boolean checked;
  private final Map<Address, WorkRecord> works = new LinkedHashMap<>();
  private @Nullable PrimaryStream stream;
  private @Nullable GenerationResult result;
  private @Nullable EmbeddingResult embedding;
  private int journaled;

  /**
   * Of one task.
   *
   * @param checked whether each reveal must come with its evidence
   */
  NodeInbox(TaskRunner task, PipelineContext context, boolean checked) {
    this.checked = checked;
    this.task = task;
    this.context = context;
    this.commits = new CommitReader(context.identity(), task.work());
    this.journaled = task.output().size();
  }

  /** A primary was offered the task. */
  void open(NodeLink link, ByteString taskId, int attempt, int base) {
    stream = new PrimaryStream(link, taskId, attempt, base, context.window());
  }

  /** An attempt is over: nothing more of it is taken. */
  void close(int attempt) {
    PrimaryStream open = stream;
    if (open != null && open.attempt() == attempt) {
      stream = null;
    }
  }

  void onMessage(NodeLink link, NodeMessage message) {
    int attempt = attempt(message);
    if (!task.effects().isLinkOf(attempt, link)) {
      return;
    }
    try {
      switch (message.getKindCase()) {
        case ACK -> ack(link, attempt);
        case REFUSE -> {
          String code = message.getRefuse().getCode();
          String text = message.getRefuse().getMessage();
          link.account().countRefused(code + ": " + text);
          task.raise(
              new TaskEvent.Refused(
                  link.node(), attempt, code, text, CLIENT_FAULTS.contains(code)));
        }
        case CHUNK -> chunk(message.getChunk());
        case PRECOMMIT -> precommit(link, message);
        case COMMIT -> commit(link, message.getCommit());
        case ERROR -> error(link, message.getError());
        case HELLO, PROOF, EXAM_ANSWER, HEARTBEAT, DRAIN, KIND_NOT_SET ->
            throw new IllegalArgumentException(message.getKindCase() + " is not about a task");
      }
    } catch (IllegalArgumentException e) {
      link.account().noteError("protocol violation: " + e.getMessage());
      task.raise(
          new TaskEvent.NodeLost(
              link.node(), attempt, LossCause.PROTOCOL_VIOLATION, task.output().position()));
    }
  }

  private void ack(NodeLink link, int attempt) {
    PrimaryStream open = stream;
    if (open != null && open.attempt() == attempt) {
      open.ack();
    }
    link.account().countAcked();
    task.raise(new TaskEvent.Acked(link.node(), attempt));
  }

  private void chunk(TaskChunk message) {
    PrimaryStream open = stream;
    if (open == null || open.attempt() != message.getAttempt()) {
      if (isReplica(message.getAttempt())) {
        throw new IllegalArgumentException("a chunk from a replica");
      }
      // On its way when the attempt was given up.
      return;
    }
    if (message.hasResult()) {
      // Malformed counts are the node's fault, and told apart here, where it is known.
      CommitReader.result(message.getResult());
    }
    OutputLog output = task.output();
    int before = output.size();
    if (open.accept(message, output, context.clock().millis())) {
      task.feed().started();
    }
    if (output.size() > before) {
      if (!task.isLive()) {
        journal(output.chunk(before));
      }
      task.feed().changed();
    }
    finishIfRead();
  }

  private boolean isReplica(int attempt) {
    return task.state()
        .attempt(attempt)
        .map(assignment -> assignment.live() && assignment.role() == Role.REPLICA)
        .orElse(false);
  }

  private void journal(GeneratedChunk chunk) {
    TaskStore.Changes changes = context.store().change(task.taskId(), task.sessionId());
    changes.chunk(chunk);
    var _ =
        changes
            .submit()
            .handle(
                (_, error) -> {
                  task.loop().execute(() -> journaled(error == null));
                  return error == null;
                });
  }

  private void journaled(boolean ok) {
    if (!ok) {
      // What cannot be kept was promised to be kept.
      task.raise(
          new TaskEvent.CancelRequested(CancelCause.SHUTTING_DOWN, task.output().position()));
      return;
    }
    journaled++;
    PrimaryStream open = stream;
    if (open != null) {
      open.consumed(journaled, context.clock());
    }
  }

  /** The client read on: the node may send more, and the end may be near. */
  void clientAdvanced() {
    PrimaryStream open = stream;
    if (open != null) {
      open.consumed(task.feed().ownerCursor(), context.clock());
    }
    finishIfRead();
  }

  /** Whether the node's end is here, and behind the client. */
  boolean endWaits() {
    PrimaryStream open = stream;
    return open != null && open.endWaits();
  }

  /** Nobody reads on in a stream that was broken off. */
  void finishIfRead() {
    PrimaryStream open = stream;
    boolean behind = task.state().cut() == null && task.feed().ownerWaits();
    if (open == null || !open.endWaits() || behind) {
      return;
    }
    GenerationResult end = open.takeEnd();
    Assignment primary = task.state().attempt(open.attempt()).orElse(null);
    if (end == null || primary == null) {
      return;
    }
    result = end;
    task.raise(
        new TaskEvent.StreamFinished(
            primary.node(), open.attempt(), task.output().position(), CommitReader.result(end)));
    NodeMessage deferred = open.takeDeferred();
    if (deferred != null) {
      raisePrecommit(primary.node(), deferred.getPrecommit());
    }
  }

  private void precommit(NodeLink link, NodeMessage message) {
    PrimaryStream open = stream;
    Digest.of(message.getPrecommit().getHash().toByteArray());
    if (open != null && open.attempt() == message.getPrecommit().getAttempt() && open.endWaits()) {
      open.defer(message);
    } else {
      raisePrecommit(link.node(), message.getPrecommit());
    }
  }

  private void raisePrecommit(Address node, Precommit precommit) {
    task.raise(
        new TaskEvent.Precommitted(
            node, precommit.getAttempt(), Digest.of(precommit.getHash().toByteArray())));
  }

  private void commit(NodeLink link, Commit commit) {
    TaskEvent.Committed event = commits.read(link.node(), commit);
    if (checked) {
      SignedWork work = commits.record(link, commit, before(commit));
      requireDelivered(commit, work.evidence());
      works.put(link.node(), work.record());
    }
    boolean primary =
        task.state().primary().map(a -> a.attempt() == commit.getAttempt()).orElse(false);
    if (primary) {
      if (commit.hasEmbedding()) {
        embedding = commit.getEmbedding();
      }
      if (task.work().embeds() || result == null) {
        result = commit.getResult();
      }
    }
    task.raise(event);
  }

  /** What was delivered before the attempt. */
  private List<Integer> before(Commit commit) {
    int chunks = commit.getOffer().getNextSeq();
    if (chunks < 0 || chunks > task.output().size()) {
      throw new IllegalArgumentException(
          "offer.next_seq: %d (expected: at most %d)".formatted(chunks, task.output().size()));
    }
    return chunks == 0 ? List.of() : task.output().tokenIds(chunks);
  }

  /** The evidence of who streamed is of what it streamed, as far as that came. */
  private void requireDelivered(Commit commit, Evidence evidence) {
    if (!commit.getOffer().getPrimary()) {
      return;
    }
    int first = commit.getOffer().getNextSeq();
    for (int at = 0; at < evidence.getChunksCount(); at++) {
      int seq = first + at;
      if (seq >= task.output().size()) {
        return;
      }
      GeneratedChunk told = evidence.getChunks(at);
      GeneratedChunk came = task.output().chunk(seq);
      if (!told.getTokensList().equals(came.getTokensList())
          || !told.getText().equals(came.getText())) {
        throw new IllegalArgumentException(
            "evidence: chunk " + seq + " is another one than was streamed");
      }
    }
  }

  /** What each node did that revealed, where that is wanted. */
  List<WorkRecord> works() {
    return List.copyOf(works.values());
  }

  private void error(NodeLink link, TaskError error) {
    link.account().noteError(error.getCode() + ": " + error.getMessage());
    boolean elsewhere = error.getRetryElsewhere() || error.getCode().equals("cancelled");
    task.raise(
        elsewhere
            ? new TaskEvent.NodeLost(
                link.node(), error.getAttempt(), LossCause.CRASHED, task.output().position())
            : new TaskEvent.NodeFailed(
                link.node(),
                error.getAttempt(),
                error.getCode(),
                error.getMessage(),
                CLIENT_FAULTS.contains(error.getCode()),
                task.output().position()));
  }

  private static int attempt(NodeMessage message) {
    return switch (message.getKindCase()) {
      case ACK -> message.getAck().getAttempt();
      case REFUSE -> message.getRefuse().getAttempt();
      case CHUNK -> message.getChunk().getAttempt();
      case PRECOMMIT -> message.getPrecommit().getAttempt();
      case COMMIT -> message.getCommit().getAttempt();
      case ERROR -> message.getError().getAttempt();
      case HELLO, PROOF, EXAM_ANSWER, HEARTBEAT, DRAIN, KIND_NOT_SET -> 0;
    };
  }

  /** When the primary last sent something, or was let go on; 0 when it sent nothing yet. */
  long lastProgressAtMillis() {
    PrimaryStream open = stream;
    return open == null ? 0 : open.lastProgressAtMillis();
  }

  /** Counts and finish reason as the node told them. */
  @Nullable GenerationResult result() {
    return result;
  }

  /** The vectors, for an embedding. */
  @Nullable EmbeddingResult embedding() {
    return embedding;
  }
}
