package io.myelin.committee.wire;

import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.v1.BatchItem;
import io.myelin.v1.SessionSeat;
import io.myelin.v1.SessionTerms;
import io.myelin.v1.SessionTermsTail;

/** A session's terms and what is claimed of it, to messages and back. */
public final class TermsCodec {
  private TermsCodec() {}

  /** Terms as a message. */
  public static SessionTerms terms(SessionBrief brief) {
    SessionHead head = brief.head();
    SessionTerms.Builder terms =
        SessionTerms.newBuilder()
            .setSessionId(Fields.bytes(brief.sessionId()))
            .setClient(Fields.bytes(head.client()))
            .setGateway(Fields.bytes(head.gateway()))
            .setGatewayPayee(Fields.bytes(head.gatewayPayee()))
            .setBudgetWei(Fields.wei(head.budgetWei()))
            .setExpiresAtSeconds(head.expiresAtSeconds())
            // 32 bits without a sign, as the message has it.
            .setMaxTasks((int) head.maxTasks())
            .setTailDigest(Fields.bytes(brief.tailDigest()));
    for (PaidSeat seat : brief.seats()) {
      terms.addSeats(
          SessionSeat.newBuilder()
              .setNode(Fields.bytes(seat.node()))
              .setPayee(Fields.bytes(seat.payee())));
    }
    return terms.build();
  }

  /**
   * Terms of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static SessionBrief brief(SessionTerms terms) {
    return new SessionBrief(
        Fields.named("session_id", terms.getSessionId(), SessionId::of),
        new SessionHead(
            Fields.address("client", terms.getClient()),
            Fields.address("gateway", terms.getGateway()),
            Fields.address("gateway_payee", terms.getGatewayPayee()),
            Fields.wei("budget_wei", terms.getBudgetWei()),
            Fields.number("expires_at_seconds", terms.getExpiresAtSeconds()),
            Integer.toUnsignedLong(terms.getMaxTasks())),
        terms.getSeatsList().stream()
            .map(
                seat ->
                    new PaidSeat(
                        Fields.address("seats.node", seat.getNode()),
                        Fields.address("seats.payee", seat.getPayee())))
            .toList(),
        Fields.digest("tail_digest", terms.getTailDigest()));
  }

  /** What else was agreed, as a message. */
  public static SessionTermsTail tail(SessionTail tail) {
    return SessionTermsTail.newBuilder()
        .setSubnetId(Fields.bytes(tail.subnetId()))
        .setModelId(Fields.bytes(tail.modelId()))
        .setPriceVersion(tail.priceVersion())
        .setInputWei(Fields.wei(tail.inputWei()))
        .setOutputWei(Fields.wei(tail.outputWei()))
        .setRedundancy(tail.redundancy())
        .setVerification(tail.verification())
        .setSeed(Fields.bytes(tail.seed()))
        .setValidatorSet(tail.validatorSet())
        .build();
  }

  /**
   * What else was agreed, of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static SessionTail tail(SessionTermsTail tail) {
    return new SessionTail(
        Fields.digest("subnet_id", tail.getSubnetId()),
        Fields.digest("model_id", tail.getModelId()),
        Fields.number("price_version", tail.getPriceVersion()),
        Fields.wei("input_wei", tail.getInputWei()),
        Fields.wei("output_wei", tail.getOutputWei()),
        Fields.small("redundancy", tail.getRedundancy()),
        Fields.small("verification", tail.getVerification()),
        Fields.digest("seed", tail.getSeed()),
        Fields.number("validator_set", tail.getValidatorSet()));
  }

  /** A claim as a message; its receipts follow in messages of their own. */
  public static BatchItem item(SettlementClaim claim) {
    BatchItem.Builder item =
        BatchItem.newBuilder()
            .setTerms(terms(claim.brief()))
            .setTail(tail(claim.tail()))
            .setReceiptsRoot(Fields.bytes(claim.receiptsRoot()))
            .setTasks((int) claim.tasks());
    claim.earnedWei().forEach(wei -> item.addEarnedWei(Fields.wei(wei)));
    return item.build();
  }

  /**
   * A claim of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static SettlementClaim claim(BatchItem item) {
    return new SettlementClaim(
        brief(item.getTerms()),
        tail(item.getTail()),
        Fields.digest("receipts_root", item.getReceiptsRoot()),
        Integer.toUnsignedLong(item.getTasks()),
        item.getEarnedWeiList().stream().map(wei -> Fields.wei("earned_wei", wei)).toList());
  }
}
