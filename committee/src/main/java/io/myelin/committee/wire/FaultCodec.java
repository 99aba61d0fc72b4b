package io.myelin.committee.wire;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.FaultEvidence;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import io.myelin.v1.JudgeFaultRequest;
import io.myelin.v1.ReceiptLeaf;
import io.myelin.v1.WrongOpening;
import io.myelin.v1.WrongSettlement;

/** Evidence against a validator, to messages and back. */
public final class FaultCodec {
  private static final int MOST_ITEMS = 64;

  private FaultCodec() {}

  /**
   * A case as a message.
   *
   * @param owner of the accused
   * @param round which case it is
   * @param signature the accused's
   */
  public static JudgeFaultRequest message(
      Address owner, long round, FaultEvidence evidence, Signature signature) {
    JudgeFaultRequest.Builder message =
        JudgeFaultRequest.newBuilder()
            .setValidator(Fields.bytes(owner))
            .setCaseRound(round)
            .setSignature(ByteString.copyFrom(signature.bytes()));
    switch (evidence) {
      case FaultEvidence.Opening opening -> message.setOpening(opening(opening));
      case FaultEvidence.Batch batch -> message.setSettlement(settlement(batch));
    }
    return message.build();
  }

  private static WrongOpening opening(FaultEvidence.Opening opening) {
    WrongOpening.Builder message =
        WrongOpening.newBuilder()
            .setTerms(TermsCodec.terms(opening.brief()))
            .setTail(TermsCodec.tail(opening.tail()))
            .setAnyGateway(opening.anyGateway());
    opening.nodes().forEach(node -> message.addNodes(Fields.bytes(node)));
    return message.build();
  }

  private static WrongSettlement settlement(FaultEvidence.Batch batch) {
    WrongSettlement.Builder message =
        WrongSettlement.newBuilder()
            .setGateway(Fields.bytes(batch.gateway()))
            .setBatch(batch.batch())
            .setWrong(batch.place());
    batch.claims().forEach(claim -> message.addItems(TermsCodec.item(claim)));
    batch.leaves().forEach(leaf -> message.addLeaves(leaf(leaf)));
    return message.build();
  }

  private static ReceiptLeaf leaf(ReceiptAttestation leaf) {
    return ReceiptLeaf.newBuilder()
        .setReceiptDigest(Fields.bytes(leaf.receiptDigest()))
        .setSessionId(Fields.bytes(leaf.sessionId()))
        .setTaskId(Fields.bytes(leaf.taskId()))
        .setPromptTokens(leaf.promptTokens())
        .setOutputTokens(leaf.outputTokens())
        .setPriceWei(Fields.wei(leaf.priceWei()))
        .build();
  }

  /**
   * Evidence of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static FaultEvidence evidence(JudgeFaultRequest message) {
    return switch (message.getEvidenceCase()) {
      case OPENING ->
          new FaultEvidence.Opening(
              TermsCodec.brief(message.getOpening().getTerms()),
              TermsCodec.tail(message.getOpening().getTail()),
              Fields.addresses("nodes", message.getOpening().getNodesList()),
              message.getOpening().getAnyGateway());
      case SETTLEMENT -> batch(message.getSettlement());
      case EVIDENCE_NOT_SET ->
          throw new IllegalArgumentException("evidence: none (expected: opening or settlement)");
    };
  }

  private static FaultEvidence.Batch batch(WrongSettlement message) {
    if (message.getItemsCount() > MOST_ITEMS) {
      throw new IllegalArgumentException(
          "items: %d (expected: at most %d)".formatted(message.getItemsCount(), MOST_ITEMS));
    }
    return new FaultEvidence.Batch(
        Fields.address("gateway", message.getGateway()),
        Fields.number("batch", message.getBatch()),
        message.getItemsList().stream().map(TermsCodec::claim).toList(),
        Fields.small("wrong", message.getWrong()),
        message.getLeavesList().stream().map(FaultCodec::leaf).toList());
  }

  private static ReceiptAttestation leaf(ReceiptLeaf leaf) {
    return new ReceiptAttestation(
        Fields.digest("leaves.receipt_digest", leaf.getReceiptDigest()),
        Fields.named("leaves.session_id", leaf.getSessionId(), SessionId::of),
        Fields.named("leaves.task_id", leaf.getTaskId(), TaskId::of),
        leaf.getPromptTokens(),
        leaf.getOutputTokens(),
        Fields.wei("leaves.price_wei", leaf.getPriceWei()));
  }
}
