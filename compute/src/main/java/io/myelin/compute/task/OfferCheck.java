package io.myelin.compute.task;

import io.myelin.engine.EngineModel;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.nodetask.Refusal;
import io.myelin.protocol.stream.HashChain;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskOffer;
import io.myelin.v1.Offer;
import java.util.List;
import java.util.Optional;

/** Whether an offer is what it says it is, and something this node can do. */
final class OfferCheck {
  private final Address node;
  private final Eip712Domain domain;

  OfferCheck(Address node, Eip712Domain domain) {
    this.node = node;
    this.domain = domain;
  }

  /** The first thing wrong with the offer, if any. */
  Optional<Refusal> problem(Offer offer, Address gateway, List<EngineModel> models) {
    TaskId task;
    try {
      task = TaskId.of(offer.getTaskId().toByteArray());
      TaskOffer signed =
          new TaskOffer(
              task,
              SessionId.of(offer.getSessionId().toByteArray()),
              node,
              offer.getAttempt(),
              offer.getPrimary(),
              Digest.of(offer.getSpecDigest().toByteArray()),
              offer.getDeadlineMillis());
      Signature signature = Signature.of(offer.getSignature().toByteArray());
      if (!Signers.signedBy(gateway, domain.digest(signed), signature)) {
        return bad("signature: not by gateway " + gateway);
      }
      Digest work = WorkDigest.of(offer);
      if (!work.equals(signed.specDigest())) {
        return bad("specDigest: " + signed.specDigest() + " (expected: " + work + ")");
      }
      Digest head = Digest.of(offer.getStreamHead().toByteArray());
      boolean fresh = offer.getPrefixTokensCount() == 0;
      if (fresh
          && (offer.getNextSeq() != 0
              || !offer.getPrefixText().isEmpty()
              || !head.equals(HashChain.genesis(task)))) {
        return bad("prefix: text, sequence or stream head without tokens");
      }
    } catch (IllegalArgumentException e) {
      return bad(String.valueOf(e.getMessage()));
    }
    if (!offer.getPrefixText().isValidUtf8() || offer.getNextSeq() < 0) {
      return bad("prefix: text is not UTF-8, or nextSeq is above 2^31");
    }
    return unable(offer, models);
  }

  private static Optional<Refusal> unable(Offer offer, List<EngineModel> models) {
    boolean embedding = offer.hasEmbedding();
    String wanted = embedding ? offer.getEmbedding().getModel() : offer.getGeneration().getModel();
    Optional<EngineModel> model = models.stream().filter(m -> m.id().equals(wanted)).findFirst();
    if (model.isEmpty()) {
      return Optional.of(
          new Refusal(
              Refusal.UNKNOWN_MODEL,
              "model: "
                  + wanted
                  + " (expected: one of "
                  + models.stream().map(EngineModel::id).toList()
                  + ")"));
    }
    if (embedding && !model.get().embeddings()) {
      return Optional.of(
          new Refusal(Refusal.UNSUPPORTED, "model: " + wanted + " gives no embeddings"));
    }
    return Optional.empty();
  }

  private static Optional<Refusal> bad(String message) {
    return Optional.of(new Refusal(Refusal.BAD_OFFER, message));
  }
}
