package io.myelin.validator;

import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.FraudCut;
import io.myelin.protocol.typeddata.EvidenceRead;
import io.myelin.v1.ReadEvidenceReply;
import io.myelin.v1.ReadEvidenceRequest;
import io.myelin.v1.StoredWork;
import java.io.IOException;
import java.util.Optional;

/**
 * Shows the work that a verdict of fraud was given for to who was convicted by it. It holds what
 * clients asked, so nobody else sees it here; a node has seen it all before.
 */
final class EvidenceReading {
  private final ChainView view;
  private final Address self;
  private final WorkFiles files;

  /**
   * Of one validator.
   *
   * @param self its operator's key
   */
  EvidenceReading(ChainView view, Address self, WorkFiles files) {
    this.view = view;
    this.self = self;
    this.files = files;
  }

  /** One record. */
  ReadEvidenceReply read(ReadEvidenceRequest request) throws RefusedException {
    Address node = Fields.address("node", request.getNode());
    Digest digest = Fields.digest("evidence_digest", request.getEvidenceDigest());
    int at = Fields.small("at", request.getAt());
    EvidenceRead wanted =
        new EvidenceRead(
            node, digest, self, Fields.number("until_seconds", request.getUntilSeconds()));
    long aheadSeconds = wanted.untilSeconds() - view.nowSeconds();
    if (aheadSeconds <= 0 || aheadSeconds > EvidenceRead.MOST_SECONDS) {
      throw new RefusedException(
          Reason.REFUSED_ASKER,
          "until_seconds: %d s from the chain's time (expected: 1 to %d)"
              .formatted(aheadSeconds, EvidenceRead.MOST_SECONDS));
    }
    // Whose node it is now may ask, and the node itself.
    if (!Asker.signed(view.network().domain(), node, wanted, request.getSignature())) {
      Address owner = view.network().nodes().nodeOf(node).on(view.client()).owner();
      Asker.require(view.network().domain(), owner, wanted, request.getSignature());
    }
    requireConvicted(node, digest);
    Optional<StoredWork> kept = kept(digest);
    if (kept.isEmpty()) {
      return ReadEvidenceReply.getDefaultInstance();
    }
    int records = 1 + kept.get().getOthersCount();
    if (at >= records) {
      throw new IllegalArgumentException("at: %d (expected: less than %d)".formatted(at, records));
    }
    return ReadEvidenceReply.newBuilder()
        .setRecords(records)
        .setRecord(at == 0 ? kept.get().getRecord() : kept.get().getOthers(at - 1))
        .build();
  }

  /** The verdict names node and work; so what is kept by that digest is of that node. */
  private void requireConvicted(Address node, Digest digest) throws RefusedException {
    FraudCut.Phase phase =
        FraudCut.Phase.of(view.network().nodes().cutOf(node, digest).on(view.client()).phase());
    if (phase == FraudCut.Phase.NONE) {
      throw new RefusedException(
          Reason.REFUSED_APPEAL, "node %s was not convicted by 0x%s".formatted(node, digest));
    }
  }

  private Optional<StoredWork> kept(Digest digest) throws RefusedException {
    try {
      return files.shown(digest);
    } catch (IOException e) {
      throw new RefusedException(
          Reason.STORE_UNAVAILABLE, "what is kept of 0x" + digest + " cannot be read");
    }
  }
}
