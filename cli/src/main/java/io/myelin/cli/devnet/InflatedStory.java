package io.myelin.cli.devnet;

import io.myelin.cli.devnet.PartyScene.Terms;
import io.myelin.client.ClientSession;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.compute.voucher.VoucherBook;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.SessionAccount;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.SettlementClaim;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A gateway claims twice what its receipts say; nobody signs, and the session ends without it. */
final class InflatedStory implements PartyStory {
  private static final int TASKS = 4;
  private static final int ACTIVE = 1;
  private static final int SETTLED = 3;

  /** An honest batch takes two seconds at most. */
  private static final Duration IN_VAIN = Duration.ofSeconds(8);

  private final PartyScene scene;
  private final int gateway;
  private @Nullable Left left;

  /** What is still to be made good. */
  private record Left(Terms terms, List<Optional<VoucherBook.Held>> vouchers, BigInteger bondWei) {}

  InflatedStory(PartyScene scene, int gateway) {
    this.scene = scene;
    this.gateway = gateway;
  }

  @Override
  public boolean untilKnown() {
    scene.say("");
    scene.say(
        "Gateway %d was told to claim twice what its receipts say (inflate). A session of it, of %d"
            + " tasks:",
        gateway, TASKS);
    BigInteger bondWei = scene.bondWei(gateway);
    ClientSession session = scene.open(gateway);
    SessionId id = SessionId.parse(session.id());
    List<String> tasks = scene.ask(session, TASKS);
    List<SignedReceipt> receipts = scene.receipts(session, tasks);
    Terms terms = scene.terms(id);
    left = new Left(terms, scene.vouchers(terms.brief(), TASKS), bondWei);
    session.close();
    if (PartyScene.within(IN_VAIN, () -> scene.phase(id) >= SETTLED)) {
      scene.say("NOT CAUGHT: its claim of session %s was settled", id);
      return false;
    }
    Optional<String> refusal = asked(terms, receipts);
    refusal.ifPresentOrElse(
        why ->
            scene.say(
                "Caught: gateway %d, at its first batch, before anything was paid. What members say"
                    + " of such a claim:%n  %s",
                gateway, why),
        () -> scene.say("NOT CAUGHT: a committee attests the claim"));
    return refusal.isPresent();
  }

  /** Asks the gateway's committee for what it asks for, for the sake of the answer. */
  private Optional<String> asked(Terms terms, List<SignedReceipt> receipts) {
    SessionAccount account =
        new SessionAccount(scene.network().domain(), terms.brief(), terms.tail());
    receipts.forEach(receipt -> account.add(receipt));
    SessionAccount.Total total = account.total();
    List<BigInteger> twice =
        total.earnedWei().stream().map(wei -> wei.multiply(BigInteger.TWO)).toList();
    Address id = scene.gateway(gateway).node();
    InferencePayment.BatchesAnswer next = scene.network().payment().batches(id).on(scene.chain());
    SettlementBatch batch =
        new SettlementBatch(
            id,
            next.batch(),
            next.set(),
            List.of(
                new SettlementBatch.Part(
                    new SettlementClaim(
                        terms.brief(), terms.tail(), total.receiptsRoot(), total.tasks(), twice),
                    receipts.stream().map(SignedReceipt::json).toList())));
    try (CommitteeClient committee = scene.committee(scene.gateway(gateway).operator())) {
      var _ = committee.reviewAndAttest(batch);
      return Optional.empty();
    } catch (NotAgreedException e) {
      return Optional.of(
          e.badSessions().isEmpty()
              ? String.valueOf(e.getMessage())
              : e.badSessions().getFirst().members()
                  + " of "
                  + e.answers().size()
                  + ": "
                  + e.badSessions().getFirst().reason());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new io.myelin.cli.CommandException("interrupted", e);
    }
  }

  /** The session runs out: its client has everything back, its nodes are paid by the bond. */
  @Override
  public boolean untilPaid() {
    Left due = left;
    if (due == null) {
      return false;
    }
    SessionId id = due.terms().brief().sessionId();
    scene.say("");
    scene.say("Gateway %d never settles session %s. When its time is over:", gateway, id);
    InferencePayment.RecordOfAnswer record =
        scene.network().payment().recordOf(ChainTerms.word(id)).on(scene.chain());
    long settleSeconds = Param.SETTLE_SECONDS.of(scene.network(), scene.chain()).longValueExact();
    // Its time to settle begins when it expires, or when its client closes it on the chain.
    long dueAt = record.time().longValueExact() + (record.phase() == ACTIVE ? settleSeconds : 0);
    scene.advanceTo(dueAt);
    var payment = scene.network().payment();
    var brief = due.terms().brief();
    scene.sendUnlessDone(
        "expire", payment.expire(ChainTerms.forPayment(brief)), () -> scene.phase(id) >= SETTLED);
    VoucherClaims claims =
        new VoucherClaims(scene, brief, Settlement.nothing(brief, Outcome.EXPIRED));
    claims.claim(due.vouchers());
    BigInteger lostWei = due.bondWei().subtract(scene.bondWei(gateway));
    scene.say(
        "  lost        its share of the session, and of its bond %s tokens, %s: what it owed its"
            + " nodes, and a tenth for each of %d claims",
        PartyScene.tokens(lostWei), PartyScene.share(lostWei, due.bondWei()), claims.count());
    boolean back = claims.settlement().clientWei().equals(brief.head().budgetWei());
    scene.say(
        "  client      has its budget back: %s of %s wei; it was served for nothing",
        claims.settlement().clientWei(), brief.head().budgetWei());
    return claims.isWhole(due.vouchers()) && back && lostWei.signum() > 0;
  }
}
