package io.myelin.cli.receipt;

import io.myelin.cli.chain.Times;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.receipt.Check;
import io.myelin.protocol.receipt.Check.Outcome;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import io.myelin.protocol.settlement.SessionTail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks of a receipt against what its session was settled for. They do no I/O. */
final class SettlementChecks {
  private final Receipt receipt;
  private final Optional<ReceiptProof> proof;
  private final Optional<Digest> expectedRoot;
  private final Optional<SettledSession> chain;

  /**
   * What there is to check with.
   *
   * @param expectedRoot that the user named
   * @param chain what the chain says, when it was asked
   */
  SettlementChecks(
      Receipt receipt,
      Optional<ReceiptProof> proof,
      Optional<Digest> expectedRoot,
      Optional<SettledSession> chain) {
    this.receipt = receipt;
    this.proof = proof;
    this.expectedRoot = expectedRoot;
    this.chain = chain;
  }

  /** Every check that what is here allows; none when there is nothing. */
  List<Check> all() {
    List<Check> checks = new ArrayList<>();
    if (proof.isPresent() || expectedRoot.isPresent() || chain.isPresent()) {
      checks.add(merklePath());
    }
    chain.ifPresent(
        session -> {
          checks.add(domain(session));
          checks.add(terms(session));
          checks.add(price(session));
          checks.add(root(session));
          checks.add(isFinal(session));
        });
    return checks;
  }

  private Check merklePath() {
    String name = "merkle_path";
    Digest value = receipt.attestation().hashStruct();
    Optional<Digest> leaf = proof.flatMap(ReceiptProof::leaf);
    if (leaf.isPresent() && !leaf.get().equals(value)) {
      return failed(name, "the proof is of leaf " + leaf.get() + " (expected: " + value + ")");
    }
    Optional<Digest> settled = chain.flatMap(SettledSession::root).filter(this::isRoot);
    Optional<Digest> root = expectedRoot.or(() -> settled).or(() -> proof.map(ReceiptProof::root));
    if (root.isEmpty()) {
      return notChecked(name, "there is no root yet: the session is not settled");
    }
    List<Digest> path = proof.map(ReceiptProof::path).orElse(List.of());
    if (MerkleTree.verify(root.get(), value, path)) {
      return held(
          name,
          path.size()
              + " steps up to "
              + root.get()
              + (expectedRoot.isEmpty() && settled.isEmpty()
                  ? ", which only the proof itself names"
                  : ""));
    }
    return proof.isEmpty()
        ? notChecked(name, "the proof was not given")
        : failed(name, "the path does not lead to " + root.get());
  }

  private boolean isRoot(Digest root) {
    return !root.equals(MerkleTree.EMPTY_ROOT);
  }

  private Check domain(SettledSession session) {
    String name = "chain_domain";
    return receipt.domain().equals(session.domain())
        ? held(name, "chain " + session.domain().chainId())
        : failed(
            name,
            "signed for chain "
                + receipt.domain().chainId()
                + " and contract "
                + receipt.domain().verifyingContract()
                + " (expected: "
                + session.domain().chainId()
                + " and "
                + session.domain().verifyingContract()
                + ")");
  }

  private Check terms(SettledSession session) {
    String name = "session_terms";
    if (session.terms().isEmpty()) {
      return failed(name, "session " + receipt.sessionId() + " was never opened on this chain");
    }
    SettledSession.Terms terms = session.terms().get();
    if (!receipt.gateway().equals(terms.brief().head().gateway())) {
      return failed(
          name,
          "gateway "
              + receipt.gateway()
              + " (expected: "
              + terms.brief().head().gateway()
              + ", the session's)");
    }
    if (!SessionTail.modelIdOf(receipt.work().model()).equals(terms.tail().modelId())) {
      return failed(name, "model " + receipt.work().model() + " (expected: the session's)");
    }
    for (ReceiptNode node : receipt.nodes()) {
      if (terms.brief().seatOf(node.address()) < 0) {
        return failed(name, "node " + node.address() + " has no seat in the session");
      }
    }
    return held(name, "gateway, model and " + receipt.nodes().size() + " nodes are the session's");
  }

  private Check price(SettledSession session) {
    String name = "session_price";
    if (session.terms().isEmpty()) {
      return notChecked(name, "there is no such session");
    }
    SessionTail tail = session.terms().get().tail();
    boolean same =
        receipt.price().inputWei().equals(tail.inputWei())
            && receipt.price().outputWei().equals(tail.outputWei());
    String agreed =
        tail.inputWei()
            + " and "
            + tail.outputWei()
            + " wei a token, version "
            + tail.priceVersion();
    return same
        ? held(name, agreed)
        : failed(
            name,
            receipt.price().inputWei()
                + " and "
                + receipt.price().outputWei()
                + " wei a token (expected: "
                + agreed
                + ")");
  }

  private Check root(SettledSession session) {
    String name = "settled_root";
    if (session.root().isEmpty()) {
      return notChecked(name, "the session is not settled yet");
    }
    Digest root = session.root().get();
    if (!isRoot(root)) {
      return notChecked(
          name, "the session ended without receipts: it expired, failed, or others settled it");
    }
    Optional<Digest> claimed = expectedRoot.or(() -> proof.map(ReceiptProof::root));
    return claimed.isEmpty() || claimed.get().equals(root)
        ? held(name, root.toString())
        : failed(name, root + " was settled (expected: " + claimed.get() + ")");
  }

  private static Check isFinal(SettledSession session) {
    String name = "settlement_final";
    if (session.isFinal()) {
      return held(name, "paid out");
    }
    if (session.root().isEmpty()) {
      return notChecked(name, "the session is not settled yet");
    }
    return notChecked(
        name,
        session.nowSeconds() < session.challengeUntilSeconds()
            ? "it can be challenged until "
                + Times.at(session.challengeUntilSeconds(), session.nowSeconds())
            : "the challenge window is over, and nobody has paid it out yet"
                + " (./myelin session refund)");
  }

  private static Check held(String name, String detail) {
    return new Check(name, Outcome.HELD, detail);
  }

  private static Check failed(String name, String detail) {
    return new Check(name, Outcome.FAILED, detail);
  }

  private static Check notChecked(String name, String why) {
    return new Check(name, Outcome.NOT_CHECKED, why);
  }
}
