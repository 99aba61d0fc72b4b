package io.myelin.cli.devnet;

import io.myelin.chain.Bytes;
import io.myelin.cli.CommandException;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Settlement;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** Shows a gateway's vouchers to the chain, for nodes that it settled less for. */
final class VoucherClaims {
  private static final BigInteger NODES_SHARE = BigInteger.valueOf(8);
  private static final BigInteger WHOLE = BigInteger.TEN;

  private final PartyScene scene;
  private final SessionBrief brief;

  /** What is settled by now. */
  private Settlement settlement;

  private BigInteger fromBondWei = BigInteger.ZERO;
  private int claims;

  VoucherClaims(PartyScene scene, SessionBrief brief, Settlement settlement) {
    this.scene = scene;
    this.brief = brief;
    this.settlement = settlement;
  }

  /** Claims for every seat whose voucher says more than was settled. */
  void claim(List<Optional<VoucherBook.Held>> vouchers) {
    for (int seat = 0; seat < vouchers.size(); seat++) {
      Optional<VoucherBook.Held> voucher = vouchers.get(seat);
      BigInteger settledWei = settlement.earnedWei().get(seat);
      if (voucher.isPresent() && voucher.get().earnedWei().compareTo(settledWei) > 0) {
        claim(seat, voucher.get());
      }
    }
  }

  private void claim(int seat, VoucherBook.Held voucher) {
    scene.send(
        scene.devnet().roster().client(),
        "claim/" + brief.sessionId().hex() + "/" + seat,
        scene
            .network()
            .payment()
            .claim(
                ChainTerms.forPayment(brief),
                ChainTerms.forPayment(settlement),
                BigInteger.valueOf(seat),
                voucher.tasks(),
                voucher.earnedWei(),
                Bytes.of(voucher.signature().bytes())));
    InferencePayment.CorrectedEvent corrected = scene.corrections(brief.sessionId()).getLast();
    BigInteger missingWei = part(voucher.earnedWei().subtract(settlement.earnedWei().get(seat)));
    settlement = ChainTerms.settlement(corrected.settlement());
    fromBondWei = fromBondWei.add(corrected.fromBondWei());
    claims++;
    scene.say(
        "  claimed     %s shows its voucher for %d tasks: %s wei more, %s of them from the bond",
        brief.seats().get(seat).node(), voucher.tasks(), missingWei, corrected.fromBondWei());
  }

  /** Four fifths: what a node has of what it earned. */
  static BigInteger part(BigInteger earnedWei) {
    return earnedWei.multiply(NODES_SHARE).divide(WHOLE);
  }

  /** What the session pays after all claims. */
  Settlement settlement() {
    return settlement;
  }

  /** What the gateway's bond paid, beyond its share of the session. */
  BigInteger fromBondWei() {
    return fromBondWei;
  }

  /** How many there were. */
  int count() {
    return claims;
  }

  /** Whether all nodes together have what their vouchers say, to the wei. */
  boolean isWhole(List<Optional<VoucherBook.Held>> vouchers) {
    BigInteger owedWei = BigInteger.ZERO;
    for (Optional<VoucherBook.Held> voucher : vouchers) {
      owedWei = owedWei.add(voucher.map(held -> part(held.earnedWei())).orElse(BigInteger.ZERO));
    }
    BigInteger paidWei =
        settlement.nodeWei().stream().reduce(BigInteger.ZERO, BigInteger::add).add(fromBondWei);
    scene.say("  nodes       owed %s wei by their vouchers, paid %s", owedWei, paidWei);
    return owedWei.equals(paidWei);
  }

  /** Fails where nobody could claim anything. */
  void requireSome() {
    if (claims == 0) {
      throw new CommandException("no node was settled less than its voucher says");
    }
  }
}
