package io.myelin.cli.chain;

import io.myelin.contracts.NodePool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FraudCut;
import java.math.BigInteger;

/**
 * What a verdict of fraud cut from a node's stake, and whether it can be appealed.
 *
 * @param evidence what the verdict was given for
 * @param lockedWei of the stake
 * @param bondWei what an appeal was lodged with, or would have to be
 * @param openUntilSeconds until when it can be appealed, or decided; 0 when neither, or when the
 *     committee's set is not made
 * @param judgedBy number of that set
 * @param newestSet the newest that is made
 */
public record AppealView(
    Address node,
    Digest evidence,
    FraudCut.Phase phase,
    BigInteger lockedWei,
    BigInteger bondWei,
    long openUntilSeconds,
    long judgedBy,
    long newestSet,
    long nowSeconds) {

  /**
   * As the chain has it; blocks.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public static AppealView read(ChainAccess network, Address node, Digest evidence) {
    NodePool pool = network.contracts().nodes();
    NodePool.Cut cut = pool.cutOf(node, evidence).on(network.chain());
    FraudCut.Phase phase = FraudCut.Phase.of(cut.phase());
    return new AppealView(
        node,
        evidence,
        phase,
        cut.stakedWei().add(cut.unbondingWei()),
        phase == FraudCut.Phase.LOCKED
            ? pool.appealBondOf(node, evidence).on(network.chain())
            : cut.bondWei(),
        pool.cutOpenUntil(node, evidence).on(network.chain()).longValueExact(),
        cut.judgedBy(),
        network.contracts().validators().setVersion().on(network.chain()),
        network.nowSeconds());
  }

  /** Whether its owner can appeal it now. */
  public boolean canBeAppealed() {
    return phase == FraudCut.Phase.LOCKED && nowSeconds < openUntilSeconds;
  }

  /** Whether its committee can decide now. */
  public boolean canBeDecided() {
    return phase == FraudCut.Phase.APPEALED && isSetMade() && nowSeconds < openUntilSeconds;
  }

  /** Whether the set whose committee decides is made. */
  public boolean isSetMade() {
    return newestSet >= judgedBy;
  }

  /** From when on its committee overturns a verdict whose evidence nobody has shown. */
  public long unshownFromSeconds() {
    return FraudCut.unshownFromSeconds(openUntilSeconds);
  }

  /** In one sentence: what can be done, until when, and what it costs. */
  public String text() {
    return switch (phase) {
      case NONE -> "nothing of its stake was cut by a verdict";
      case LOCKED ->
          canBeAppealed()
              ? "%s of its stake are locked; it can be appealed until %s, with a bond of %s: ./myelin stake node appeal %s"
                  .formatted(Amount.show(lockedWei), until(), Amount.show(bondWei), node)
              : "the time to appeal is over since %s: %s are lost as soon as anybody ends it"
                  .formatted(until(), Amount.show(lockedWei));
      case APPEALED -> appealed();
      case RETURNED -> "overturned by other owners: stake and bond came back";
      case GONE -> "final: %s are lost".formatted(Amount.show(lockedWei));
    };
  }

  private String appealed() {
    if (!isSetMade()) {
      return "appealed; decided by a committee of set %d, which is not made yet (newest: %d)"
          .formatted(judgedBy, newestSet);
    }
    return canBeDecided()
        ? "appealed; a committee of set %d decides until %s: ./myelin stake node appeal %s asks it"
            .formatted(judgedBy, until(), node)
        : "appealed, and nobody decided until %s: the verdict stands, the bond comes back as soon as anybody ends it"
            .formatted(until());
  }

  private String until() {
    return Times.at(openUntilSeconds, nowSeconds);
  }
}
