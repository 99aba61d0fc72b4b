package io.myelin.cli.devnet;

import io.myelin.client.ClientSession;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.contracts.InferencePayment;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.Split;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;

/** A gateway settles nothing for one of the nodes; that node shows its voucher. */
final class DroppedStory implements PartyStory {
  private static final int TASKS = 6;

  private final PartyScene scene;
  private final int gateway;

  DroppedStory(PartyScene scene, int gateway) {
    this.scene = scene;
    this.gateway = gateway;
  }

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Gateway %d was told to settle nothing for the node of a session's first task"
            + " (drop-receipts). A session of it, of %d tasks:",
        gateway, TASKS);
    BigInteger bondWei = scene.bondWei(gateway);
    ClientSession session = scene.open(gateway);
    scene.ask(session, TASKS);
    SessionBrief brief = scene.terms(SessionId.parse(session.id())).brief();
    List<Optional<VoucherBook.Held>> vouchers = scene.vouchers(brief, TASKS);
    BigInteger spentWei = scene.spentWei(session);
    scene.settle(session);

    InferencePayment.SettledEvent settled = scene.settled(brief.sessionId());
    BigInteger settledWei = settled.earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add);
    scene.say(
        "  settled     %s of the %s wei that its nodes earned; the committee signed what it was"
            + " shown",
        settledWei, spentWei);
    Split split = Split.of(brief, settled.receiptsRoot(), TASKS, settled.earnedWei(), false);
    BigInteger gatewayWei = split.settlement().gatewayWei();
    VoucherClaims claims = new VoucherClaims(scene, brief, split.settlement());
    claims.claim(vouchers);
    claims.requireSome();
    scene.say(
        "Caught: gateway %d, in its first batch, by a voucher, within the challenge window.",
        gateway);
    BigInteger lostWei = bondWei.subtract(scene.bondWei(gateway));
    BigInteger shareLostWei = gatewayWei.subtract(claims.settlement().gatewayWei());
    scene.say(
        "  lost        its share of the session, %s wei, and of its bond %s tokens, %s",
        shareLostWei, PartyScene.tokens(lostWei), PartyScene.share(lostWei, bondWei));
    scene.say("  cost        the network nothing: the client paid for no task twice");
    return claims.isWhole(vouchers) && lostWei.compareTo(BigInteger.ZERO) > 0;
  }
}
