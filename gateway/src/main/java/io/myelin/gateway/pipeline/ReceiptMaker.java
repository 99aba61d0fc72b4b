package io.myelin.gateway.pipeline;

import io.myelin.gateway.session.TokenPrice;
import io.myelin.protocol.commitment.Commitment;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.receipt.ReceiptOutput;
import io.myelin.protocol.receipt.ReceiptPrice;
import io.myelin.protocol.receipt.ReceiptWork;
import io.myelin.protocol.receipt.Segment;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.receipt.Verdict;
import io.myelin.protocol.task.Assignment;
import io.myelin.protocol.task.Cut;
import io.myelin.protocol.task.NodeStage;
import io.myelin.protocol.task.Role;
import io.myelin.protocol.task.TaskState;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.v1.FinishReason;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes down what a task was, who did it and what it costs. */
final class ReceiptMaker {
  private final GatewayIdentity identity;
  private final TaskWork work;
  private final TokenPrice price;
  private final VerificationLevel level;

  ReceiptMaker(GatewayIdentity identity, TaskWork work, TokenPrice price, VerificationLevel level) {
    this.identity = identity;
    this.work = work;
    this.price = price;
    this.level = level;
  }

  /** The signed receipt of a task whose commitments are all in. */
  SignedReceipt make(TaskState state, OutputLog output, Digest weights, long nowMillis) {
    Assignment primary =
        state
            .primary()
            .orElseThrow(() -> new IllegalStateException("a validated task without primary"));
    TaskCommit answer = statement(primary);
    ReceiptOutput counted = output(state, primary);
    ReceiptPrice tariff = new ReceiptPrice(price.inputWei(), price.outputWei(), BigInteger.ZERO);
    List<ReceiptNode> nodes = new ArrayList<>();
    BigInteger total = BigInteger.ZERO;
    for (Assignment assignment : committed(state)) {
      TaskCommit statement = statement(assignment);
      // A node is paid for what it signed, yet for no more than the client was counted.
      BigInteger share =
          tariff.ofTokens(
              Math.min(counted.promptTokens(), statement.promptTokens()),
              Math.min(counted.outputTokens(), statement.outputTokens()));
      total = total.add(share);
      nodes.add(node(assignment, statement, share));
    }
    Receipt receipt =
        new Receipt(
            identity.domain(),
            identity.key().address(),
            work.sessionId(),
            work.taskId(),
            new ReceiptWork(
                work.embeds() ? ReceiptWork.Kind.EMBEDDING : ReceiptWork.Kind.GENERATION,
                work.work().model(),
                weights,
                work.specDigest()),
            counted,
            new ReceiptPrice(price.inputWei(), price.outputWei(), total),
            nodes,
            segments(state, primary, output),
            verdict(state, answer),
            nowMillis);
    return SignedReceipt.sign(identity.key(), receipt);
  }

  /** What counts: all that was signed, or as much of it as the client got. */
  private static ReceiptOutput output(TaskState state, Assignment primary) {
    io.myelin.protocol.task.Commitment signed = commitment(primary);
    Cut cut = state.cut();
    return cut == null
        ? new ReceiptOutput(
            signed.outputDigest(),
            signed.streamHead(),
            signed.promptTokens(),
            signed.outputTokens(),
            CommitReader.reason(signed.finishReason()))
        : new ReceiptOutput(
            cut.at().textDigest(),
            cut.at().streamHead(),
            signed.promptTokens(),
            cut.at().tokens(),
            FinishReason.FINISH_REASON_CANCELLED);
  }

  private static List<Assignment> committed(TaskState state) {
    return state.assignments().stream()
        .filter(assignment -> assignment.stage() == NodeStage.COMMITTED)
        .toList();
  }

  private static ReceiptNode node(Assignment assignment, TaskCommit statement, BigInteger share) {
    Digest precommit = assignment.precommit();
    if (precommit == null) {
      throw new IllegalStateException(assignment.node() + " committed without a precommit");
    }
    io.myelin.protocol.task.Commitment revealed = commitment(assignment);
    return new ReceiptNode(
        assignment.role() == Role.PRIMARY ? ReceiptNode.Role.PRIMARY : ReceiptNode.Role.REPLICA,
        precommit,
        new Commitment(statement, revealed.salt(), Signature.parse(revealed.signature())),
        share);
  }

  private static io.myelin.protocol.task.Commitment commitment(Assignment assignment) {
    io.myelin.protocol.task.@Nullable Commitment commitment = assignment.commitment();
    if (commitment == null) {
      throw new IllegalStateException(assignment.node() + " is counted without a commitment");
    }
    return commitment;
  }

  private TaskCommit statement(Assignment assignment) {
    io.myelin.protocol.task.Commitment revealed = commitment(assignment);
    return new TaskCommit(
        work.taskId(),
        work.sessionId(),
        assignment.node(),
        assignment.attempt(),
        work.specDigest(),
        revealed.streamHead(),
        revealed.outputDigest(),
        revealed.evidenceDigest(),
        revealed.promptTokens(),
        revealed.outputTokens(),
        CommitReader.reason(revealed.finishReason()).getNumber());
  }

  private static List<Segment> segments(TaskState state, Assignment primary, OutputLog output) {
    List<Segment> segments = new ArrayList<>();
    for (io.myelin.protocol.task.Segment part : state.segments()) {
      segments.add(segment(part.node(), part.attempt(), part.fromChunk(), part.toChunk(), output));
    }
    // The machine closes the last segment only when the task ends.
    int from = primary.fromChunk();
    int to = (state.cut() == null ? state.delivered() : state.cut().at()).chunks();
    boolean closed = state.segments().stream().anyMatch(s -> s.attempt() == primary.attempt());
    if (!closed && to > from) {
      segments.add(segment(primary.node(), primary.attempt(), from, to, output));
    }
    return segments;
  }

  private static Segment segment(
      io.myelin.protocol.ids.Address node, int attempt, int from, int to, OutputLog output) {
    return new Segment(node, attempt, from, to - from, output.tokens(from, to));
  }

  private Verdict verdict(TaskState state, TaskCommit answer) {
    List<Verdict.Finding> findings = new ArrayList<>();
    findings.add(new Verdict.Finding("commits_open_precommits", true));
    findings.add(new Verdict.Finding("nodes_signed", true));
    if (!work.embeds()) {
      findings.add(
          new Verdict.Finding(
              "primary_committed_to_stream",
              answer.streamHead().equals(state.delivered().streamHead())));
    }
    List<Assignment> committed = committed(state);
    if (committed.size() > 1) {
      boolean agree =
          committed.stream()
              .allMatch(a -> commitment(a).outputDigest().equals(answer.outputDigest()));
      findings.add(new Verdict.Finding(Verdict.REPLICAS_AGREE, agree));
    }
    return new Verdict(level.inReceipts(), findings);
  }
}
