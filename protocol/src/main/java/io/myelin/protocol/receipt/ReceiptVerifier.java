package io.myelin.protocol.receipt;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.TaskCommit;
import io.myelin.v1.FinishReason;
import io.myelin.v1.GeneratedChunk;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Checks a receipt offline: who signed it, and whether what it says fits together. */
public final class ReceiptVerifier {
  private final Receipt receipt;
  private final SignedReceipt signed;
  private final ReceiptEvidence evidence;

  private ReceiptVerifier(SignedReceipt signed, ReceiptEvidence evidence) {
    this.signed = signed;
    this.receipt = signed.receipt();
    this.evidence = evidence;
  }

  /** Reads and checks a receipt; a text that is none fails the check {@code schema}. */
  public static Verification verifyJson(String json, ReceiptEvidence evidence) {
    try {
      return verify(SignedReceipt.parse(json), evidence);
    } catch (ReceiptFormatException e) {
      return new Verification(List.of(Check.failed("schema", String.valueOf(e.getMessage()))));
    }
  }

  /** Does every check that the evidence allows. */
  public static Verification verify(SignedReceipt signed, ReceiptEvidence evidence) {
    ReceiptVerifier verifier = new ReceiptVerifier(signed, evidence);
    return new Verification(
        List.of(
            Check.held("schema", "version " + Receipt.VERSION),
            verifier.gatewaySignature(),
            verifier.gateway(),
            verifier.nodeSignatures(),
            verifier.precommits(),
            verifier.distinctNodes(),
            verifier.primary(),
            verifier.tokenCounts(),
            verifier.price(),
            verifier.segments(),
            verifier.verdict(),
            verifier.specDigest(),
            verifier.outputDigest(),
            verifier.hashChain()));
  }

  private Check gatewaySignature() {
    String name = "gateway_signature";
    Optional<Address> signer =
        Signers.recover(receipt.domain().digest(receipt.attestation()), signed.signature());
    return signer.filter(receipt.gateway()::equals).isPresent()
        ? Check.held(name, "signed by " + receipt.gateway())
        : Check.failed(name, recovered(signer, receipt.gateway()));
  }

  private Check gateway() {
    String name = "gateway";
    return evidence
        .gateway()
        .map(expected -> equal(name, receipt.gateway(), expected))
        .orElseGet(() -> Check.notChecked(name, "the gateway's address"));
  }

  private Check nodeSignatures() {
    String name = "node_signatures";
    for (ReceiptNode node : receipt.nodes()) {
      Digest digest = receipt.domain().digest(node.commitment().statement());
      Optional<Address> signer = Signers.recover(digest, node.commitment().signature());
      if (signer.filter(node.address()::equals).isEmpty()) {
        return Check.failed(name, recovered(signer, node.address()));
      }
    }
    return receipt.nodes().isEmpty()
        ? Check.failed(name, "0 nodes (expected: at least 1)")
        : Check.held(name, receipt.nodes().size() + " signed");
  }

  private Check precommits() {
    String name = "precommits";
    for (ReceiptNode node : receipt.nodes()) {
      Digest opened = node.commitment().precommit();
      if (!opened.equals(node.precommit())) {
        return Check.failed(
            name, node.address() + " reveals " + opened + " (expected: " + node.precommit() + ")");
      }
    }
    return Check.held(name, receipt.nodes().size() + " opened");
  }

  private Check distinctNodes() {
    String name = "distinct_nodes";
    Set<Address> seen = new HashSet<>();
    for (ReceiptNode node : receipt.nodes()) {
      if (!seen.add(node.address())) {
        return Check.failed(name, node.address() + " twice (expected: each node once)");
      }
    }
    return Check.held(name, seen.size() + " nodes");
  }

  private Check primary() {
    String name = "primary_commit";
    Optional<TaskCommit> primary = solePrimary();
    if (primary.isEmpty()) {
      return Check.failed(name, primaries().size() + " primaries (expected: 1)");
    }
    TaskCommit statement = primary.get();
    ReceiptOutput output = receipt.output();
    if (statement.finishReason() != output.finishReason().getNumber() && !cut()) {
      return Check.failed(
          name,
          "finish reason "
              + output.finishReason().getNumber()
              + " (expected: "
              + statement.finishReason()
              + ", which the primary signed)");
    }
    // A cancelled stream may have been cut before the chunks that the node had sent already.
    if (cut()) {
      return Check.held(name, statement.node() + ", cut by a cancellation");
    }
    if (!statement.streamHead().equals(output.streamHead())) {
      return signedOther(name, "stream head", output.streamHead(), statement.streamHead());
    }
    if (!statement.outputDigest().equals(output.outputDigest())) {
      return signedOther(name, "output digest", output.outputDigest(), statement.outputDigest());
    }
    return Check.held(name, statement.node() + " signed this output");
  }

  private Check tokenCounts() {
    String name = "token_counts";
    Optional<TaskCommit> primary = solePrimary();
    if (primary.isEmpty()) {
      return Check.failed(name, "no primary that signed counts");
    }
    ReceiptOutput output = receipt.output();
    TaskCommit statement = primary.get();
    if (output.promptTokens() != statement.promptTokens()) {
      return signedOther(name, "prompt tokens", output.promptTokens(), statement.promptTokens());
    }
    boolean outputFits =
        cut()
            ? output.outputTokens() <= statement.outputTokens()
            : output.outputTokens() == statement.outputTokens();
    return outputFits
        ? Check.held(name, output.promptTokens() + " + " + output.outputTokens())
        : signedOther(name, "output tokens", output.outputTokens(), statement.outputTokens());
  }

  private Check price() {
    String name = "price";
    ReceiptOutput output = receipt.output();
    BigInteger sum = BigInteger.ZERO;
    if (receipt.isAnswerFalse() && receipt.paid().isEmpty()) {
      return Check.failed(name, "nobody is paid (expected: who did not lie)");
    }
    for (ReceiptNode node : receipt.nodes()) {
      TaskCommit statement = node.commitment().statement();
      // A node is paid for what it signed, yet for no more than the client was counted.
      BigInteger share =
          receipt.isUnpaid(node)
              ? BigInteger.ZERO
              : receipt
                  .price()
                  .ofTokens(
                      Math.min(output.promptTokens(), statement.promptTokens()),
                      Math.min(output.outputTokens(), statement.outputTokens()));
      if (!share.equals(node.priceWei())) {
        return Check.failed(
            name, node.address() + ": " + node.priceWei() + " wei (expected: " + share + ")");
      }
      sum = sum.add(share);
    }
    return sum.equals(receipt.price().totalWei())
        ? Check.held(name, sum + " wei")
        : Check.failed(
            name, receipt.price().totalWei() + " wei (expected: " + sum + ", the nodes' sum)");
  }

  private Check segments() {
    return SegmentCheck.check(receipt, solePrimary());
  }

  /**
   * A failed finding fails the receipt. That replicas disagree does not, as long as it is true:
   * honest nodes of two kinds of processor may draw other tokens, and each did its work. Nor does
   * it that the primary is not paid: {@link #price} holds the gateway to that.
   */
  private Check verdict() {
    String name = "verdict";
    boolean agree = Verdict.agree(receipt.nodes());
    boolean apart = false;
    for (Verdict.Finding finding : receipt.verdict().findings()) {
      boolean alarm = finding.name().equals(Verdict.REPLICAS_AGREE);
      if (alarm && finding.held() && !agree) {
        return Check.failed(
            name, finding.name() + " held (expected: not, the nodes signed different outputs)");
      }
      boolean unpaid = finding.name().equals(Verdict.PRIMARY_PAID);
      if (!finding.held() && !unpaid && (!alarm || agree)) {
        return Check.failed(name, "the gateway found that " + finding.name() + " failed");
      }
      apart |= alarm && !finding.held();
    }
    return Check.held(
        name,
        receipt.verdict().level()
            + ": "
            + receipt.verdict().findings().size()
            + " findings, none against it"
            + (apart ? "; the nodes' outputs differ, which is an alarm and no fault" : "")
            + (receipt.isAnswerFalse()
                ? "; this answer is proven FALSE: who gave it is not paid"
                : ""));
  }

  private Check specDigest() {
    String name = "spec_digest";
    return evidence
        .specDigest()
        .map(asked -> equal(name, receipt.work().specDigest(), asked))
        .orElseGet(() -> Check.notChecked(name, "the work asked for"));
  }

  private Check outputDigest() {
    String name = "output_digest";
    return evidence
        .output()
        .map(output -> equal(name, receipt.output().outputDigest(), digest(output)))
        .orElseGet(() -> Check.notChecked(name, "the output"));
  }

  private Check hashChain() {
    String name = "hash_chain";
    return evidence
        .chunks()
        .map(chunks -> hashChain(name, chunks))
        .orElseGet(() -> Check.notChecked(name, "the stream's chunks"));
  }

  private Check hashChain(String name, List<GeneratedChunk> chunks) {
    Digest head = HashChain.over(receipt.taskId(), chunks);
    if (!head.equals(receipt.output().streamHead())) {
      return equal(name, receipt.output().streamHead(), head);
    }
    long tokens = chunks.stream().mapToLong(GeneratedChunk::getTokensCount).sum();
    return tokens == receipt.output().outputTokens()
        ? Check.held(name, chunks.size() + " chunks, " + tokens + " tokens")
        : Check.failed(
            name,
            receipt.output().outputTokens()
                + " output tokens (expected: "
                + tokens
                + ", received)");
  }

  private boolean cut() {
    return receipt.output().finishReason() == FinishReason.FINISH_REASON_CANCELLED;
  }

  private List<TaskCommit> primaries() {
    List<TaskCommit> primaries = new ArrayList<>();
    for (ReceiptNode node : receipt.nodes()) {
      if (node.role() == ReceiptNode.Role.PRIMARY) {
        primaries.add(node.commitment().statement());
      }
    }
    return primaries;
  }

  private Optional<TaskCommit> solePrimary() {
    List<TaskCommit> primaries = primaries();
    return primaries.size() == 1 ? Optional.of(primaries.getFirst()) : Optional.empty();
  }

  private static Digest digest(ByteString output) {
    return Sha256.hash(output.toByteArray());
  }

  private static Check equal(String name, Object found, Object expected) {
    return found.equals(expected)
        ? Check.held(name, found.toString())
        : Check.failed(name, found + " (expected: " + expected + ")");
  }

  private static Check signedOther(String name, String what, Object found, Object signed) {
    return Check.failed(
        name, what + " " + found + " (expected: " + signed + ", which the primary signed)");
  }

  private static String recovered(Optional<Address> signer, Address expected) {
    return "signed by "
        + signer.map(Address::toString).orElse("no key")
        + " (expected: "
        + expected
        + ")";
  }
}
