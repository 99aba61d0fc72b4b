package io.myelin.validator;

import io.myelin.chain.RevertReason;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptFormatException;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.settlement.SessionAccount;
import io.myelin.protocol.settlement.SessionAccount.Addition;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.work.VerificationLevel;
import io.myelin.protocol.work.WorkObjection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One session of a batch: whether it can be settled now, and whether its receipts add up to what is
 * claimed. The first thing wrong is kept; receipts after it are looked at only for work that is
 * false or wanted, so that a gateway learns of all of it at once.
 */
final class SessionCheck {
  private static final int NONE = 0;
  private static final int CLOSING = 2;

  private static final int MOST_CHARS = 400;

  private final SettlementClaim claim;
  private final int mostReceipts;
  private final @Nullable SessionAccount account;
  private final @Nullable WorkDraws draws;
  private Optional<String> wrong;
  private final List<Digest> samples = new ArrayList<>();
  private final List<String> more = new ArrayList<>();
  private int receipts;
  private boolean ended;

  private SessionCheck(
      SettlementClaim claim,
      int mostReceipts,
      @Nullable SessionAccount account,
      @Nullable WorkDraws draws,
      Optional<String> wrong) {
    this.draws = draws;
    this.claim = claim;
    this.mostReceipts = mostReceipts;
    this.account = account;
    this.wrong = wrong;
  }

  /** Begins with what the chain says of the session. */
  static SessionCheck begin(
      ChainView view, SettlementClaim claim, Address gateway, int mostReceipts, WorkDraws draws) {
    SessionAccount account;
    try {
      account = new SessionAccount(view.network().domain(), claim.brief(), claim.tail());
      claim.split();
    } catch (IllegalArgumentException e) {
      return new SessionCheck(
          claim, mostReceipts, null, null, Optional.of("WRONG_SUMS: " + e.getMessage()));
    }
    if (!claim.brief().head().gateway().equals(gateway)) {
      return new SessionCheck(
          claim,
          mostReceipts,
          account,
          draws,
          Optional.of(
              "WRONG_GATEWAY: the session is of %s (expected: %s)"
                  .formatted(claim.brief().head().gateway(), gateway)));
    }
    InferencePayment.RecordOfAnswer record =
        view.network()
            .payment()
            .recordOf(ChainTerms.word(claim.brief().sessionId()))
            .on(view.client());
    SessionCheck check =
        new SessionCheck(
            claim, mostReceipts, account, draws, onChain(view, claim, gateway, record.phase()));
    check.ended = record.phase() > CLOSING;
    return check;
  }

  /** A claim that is taken as it is: for a validator that signs unread. */
  static SessionCheck unread(SettlementClaim claim) {
    return new SessionCheck(claim, 0, null, null, Optional.empty());
  }

  private static Optional<String> onChain(
      ChainView view, SettlementClaim claim, Address gateway, long phase) {
    InferencePayment payment = view.network().payment();
    if (phase == NONE) {
      return Optional.of("WRONG_PHASE: it is not open (expected: opened before)");
    }
    if (phase > CLOSING) {
      // Others may have signed the batch before it ended. The contract skips it and settles the
      // rest; without this signature, that rest could never be settled.
      return Optional.empty();
    }
    // The terms of a session that closes have no view. Giving it up asks for the same terms as
    // settling it; nothing is sent.
    Optional<RevertReason> refusal =
        view.refusal(gateway, payment.fail(ChainTerms.forPayment(claim.brief())));
    return refusal.filter(why -> !endsNow(why)).map(why -> "WRONG_TERMS: " + why.text());
  }

  /** Whether it ended after its phase was read. */
  private static boolean endsNow(RevertReason why) {
    return why instanceof RevertReason.Custom custom && custom.name().equals("WrongPhase");
  }

  SettlementClaim claim() {
    return claim;
  }

  /** Whether its money still goes where this batch says; the contract skips one that has ended. */
  boolean counts() {
    return !ended;
  }

  /** Counts a receipt file. */
  void receipt(String json) {
    receipts++;
    if (account == null || wrong.filter(reason -> !WorkObjection.isOfWork(reason)).isPresent()) {
      return;
    }
    if (receipts > mostReceipts) {
      wrong = Optional.of("TOO_MANY_RECEIPTS: more than " + mostReceipts);
      return;
    }
    try {
      SignedReceipt signed = SignedReceipt.parse(json);
      if (account.add(signed) instanceof Addition.Refused refused) {
        wrong = Optional.of(refused.reason() + ": " + refused.detail());
      } else if (draws != null) {
        objection(draws, signed.receipt(), json);
      }
    } catch (ReceiptFormatException e) {
      wrong = Optional.of("NOT_A_RECEIPT: receipt " + receipts + ": " + e.getMessage());
    }
  }

  private void objection(WorkDraws draws, Receipt receipt, String json) {
    Optional<String> objection = draws.objection(receipt, json, level());
    if (objection.isEmpty()) {
      samples.addAll(draws.samples(receipt, level()));
    } else if (wrong.isEmpty()) {
      wrong = objection;
    } else if (more.size() < WorkObjection.MOST_MORE) {
      objection
          .filter(why -> WorkObjection.falseTask(why).isPresent())
          .map(why -> why.substring(0, Math.min(why.length(), MOST_CHARS)))
          .ifPresent(more::add);
    }
  }

  /** Further work of it that is proven false, besides what {@link #end} says. */
  List<String> more() {
    return List.copyOf(more);
  }

  /** Work in it that this validator measured and drew. */
  List<Digest> samples() {
    return List.copyOf(samples);
  }

  private VerificationLevel level() {
    return VerificationLevel.of(claim.tail().verification()).orElse(VerificationLevel.NONE);
  }

  /** What is wrong with the session once all its receipts are here; empty when nothing is. */
  Optional<String> end() {
    if (wrong.isPresent() || account == null) {
      return wrong;
    }
    SessionAccount.Total total = account.total();
    if (total.tasks() != claim.tasks()) {
      return Optional.of(
          "WRONG_TASKS: %d (expected: %d, the receipts)".formatted(claim.tasks(), total.tasks()));
    }
    if (!total.earnedWei().equals(claim.earnedWei())) {
      return Optional.of(
          "WRONG_EARNED: %s wei (expected: %s, the receipts' sums)"
              .formatted(claim.earnedWei(), total.earnedWei()));
    }
    if (!total.receiptsRoot().equals(claim.receiptsRoot())) {
      return Optional.of(
          "WRONG_ROOT: %s (expected: %s, over the receipts)"
              .formatted(claim.receiptsRoot(), total.receiptsRoot()));
    }
    return counts() && draws != null
        ? draws.objection(claim.brief().sessionId())
        : Optional.empty();
  }
}
