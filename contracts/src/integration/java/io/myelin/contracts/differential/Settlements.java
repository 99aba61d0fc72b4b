package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.AbiCodec;
import io.myelin.chain.abi.AbiType;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.InferencePayment.Item;
import io.myelin.contracts.InferencePayment.Settlement;
import io.myelin.contracts.differential.Committee.Attested;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.List;

/** What sessions pay by the rules of docs/contracts.md, and what a committee signs about it. */
final class Settlements {
  private static final Digest BATCH_SETTLEMENT =
      Words.text("BatchSettlement(address gateway,uint64 batch,bytes32 settlementsDigest)");
  private static final AbiType AMOUNTS = AbiType.parse("uint128[]");
  private static final List<AbiType> CONTENT =
      List.of(
          AbiType.parse("bytes32"),
          AbiType.parse(
              "tuple",
              List.of(
                  AbiType.parse("uint8"),
                  AbiType.parse("bytes32"),
                  AMOUNTS,
                  AMOUNTS,
                  AbiType.parse("uint128"),
                  AbiType.parse("uint128"))));

  private Settlements() {}

  static Item item(Prepared terms, int tasks, List<BigInteger> earnedWei) {
    return new Item(terms.paymentBrief(), root(terms), tasks, earnedWei);
  }

  private static Digest root(Prepared terms) {
    return Words.hash(terms.sessionId(), 7);
  }

  /** What an item pays; a rescued one gives its gateway nothing. */
  static Settlement settlement(Prepared terms, List<BigInteger> earnedWei, boolean rescued) {
    BigInteger spentWei = Books.sum(earnedWei);
    return new Settlement(
        0,
        rescued ? Digest.ZERO : root(terms),
        earnedWei,
        earnedWei.stream().map(wei -> Books.percent(wei, 80)).toList(),
        rescued ? BigInteger.ZERO : Books.percent(spentWei, 10),
        terms.brief().head().budgetWei().subtract(spentWei));
  }

  /** What a session pays that is given up, or that nobody settled. */
  static Settlement nothing(Prepared terms, int outcome) {
    List<BigInteger> none = terms.nodes().stream().map(node -> BigInteger.ZERO).toList();
    return new Settlement(
        outcome, Digest.ZERO, none, none, BigInteger.ZERO, terms.brief().head().budgetWei());
  }

  static Digest digest(Prepared terms, Settlement s) {
    List<Object> values =
        List.of(
            BigInteger.valueOf(s.outcome()),
            Bytes.of(s.receiptsRoot().bytes()),
            s.earnedWei(),
            s.nodeWei(),
            s.gatewayWei(),
            s.clientWei());
    Bytes words = AbiCodec.encode(CONTENT, List.of(Bytes.of(terms.termsDigest().bytes()), values));
    return Keccak256.hash(words.toArray());
  }

  /** A committee's word on a batch whose items' settlements have this rolling digest. */
  static Attested attest(Network network, Address gateway, int batch, Digest rolling, int signers) {
    Digest subject = Words.hash(BATCH_SETTLEMENT, gateway, batch);
    Digest content = Words.hash(BATCH_SETTLEMENT, gateway, batch, rolling);
    return network.newest(subject).attest(signers, BATCH_SETTLEMENT, subject, content);
  }

  /** The digest of items so far, with one more. */
  static Digest rolling(Digest before, Prepared terms, Settlement s, int tasks) {
    return Words.hash(before, digest(terms, s), tasks);
  }

  /** As the escrow's event tells a settlement. */
  static String told(InferencePayment.SettledEvent e) {
    return "%s settled as %d, root %s, earned %s, until %d"
        .formatted(
            e.sessionId().shortHex(),
            e.outcome(),
            e.receiptsRoot().shortHex(),
            e.earnedWei(),
            e.challengeUntil());
  }

  /** As the escrow's event tells that a session of a batch had ended before. */
  static String skipped(Digest sessionId, long phase) {
    return "%s skipped, in phase %d".formatted(sessionId.shortHex(), phase);
  }

  static String told(Prepared terms, Settlement s, long until) {
    return "%s settled as %d, root %s, earned %s, until %d"
        .formatted(
            terms.sessionId().shortHex(),
            s.outcome(),
            s.receiptsRoot().shortHex(),
            s.earnedWei(),
            until);
  }
}
