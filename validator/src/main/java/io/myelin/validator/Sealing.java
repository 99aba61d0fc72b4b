package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.committee.wire.SealCodec;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives verdicts out sealed, and opens them once a quorum of the committee has sealed its own. */
final class Sealing {
  private static final int MOST_SEALS = 64;

  /** Characters of a refusal that are kept: an asker's own words may stand in it. */
  private static final int MOST_DETAIL = 1_000;

  private final ChainView view;
  private final OperatorKey key;
  private final Rounds rounds;

  Sealing(ChainView view, OperatorKey key) {
    this.view = view;
    this.key = key;
    this.rounds = new Rounds(key, view.network().domain());
  }

  /** The asker's fresh bytes. */
  static Digest round(ByteString bytes) {
    return Fields.digest("round", bytes);
  }

  /** A verdict, sealed. */
  Sealed seal(Sitting sitting, Digest round, Verdict verdict) {
    return SealCodec.sealed(rounds.seal(sitting, round, verdict, System.nanoTime()));
  }

  /** A refusal, sealed; empty when it is no verdict and can be said openly. */
  Optional<Sealed> seal(Sitting sitting, Digest round, Reason reason, String detail) {
    return reason.isVerdict()
        ? Optional.of(
            seal(
                sitting,
                round,
                new Verdict.No(
                    reason.text(detail.substring(0, Math.min(detail.length(), MOST_DETAIL))))))
        : Optional.empty();
  }

  /** Shows a verdict, to who shows that it cannot change any other. */
  Revealed reveal(RevealRequest request) throws RefusedException {
    if (request.getSealsCount() > MOST_SEALS) {
      throw new IllegalArgumentException(
          "seals: %d (expected: at most %d)".formatted(request.getSealsCount(), MOST_SEALS));
    }
    Digest subject = Fields.digest("subject", request.getSubject());
    Digest round = round(request.getRound());
    Rounds.Pending pending =
        rounds
            .find(subject, round, System.nanoTime())
            .orElseThrow(
                () ->
                    new RefusedException(
                        Reason.UNKNOWN_ROUND,
                        "nothing is sealed here for subject %s in round %s"
                            .formatted(subject, round)));
    List<SignedSeal> shown = request.getSealsList().stream().map(SealCodec::seal).toList();
    long quorum = Param.QUORUM.of(view.network(), view.client()).longValueExact();
    List<Optional<Address>> operators = new ArrayList<>();
    int sealed = 0;
    for (Address owner : pending.committee()) {
      operators.add(operator(owner, shown));
      sealed = SignedSeal.distinct(view.network().domain(), subject, round, operators, shown);
      if (sealed >= quorum) {
        return Revealed.newBuilder()
            .setPayload(ByteString.copyFrom(pending.payload().bytes()))
            .setSalt(Fields.bytes(pending.salt()))
            .build();
      }
    }
    throw new RefusedException(
        Reason.TOO_FEW_SEALS,
        "%d of %d members sealed (expected: %d or more)"
            .formatted(sealed, pending.committee().size(), quorum));
  }

  /** The key of a seat, asked for only where a seal may be its. */
  private Optional<Address> operator(Address owner, List<SignedSeal> shown) {
    Address own = key.address();
    ValidatorRegistry.Validator validator =
        view.network().validators().validatorOf(owner).on(view.client());
    Address operator = validator.operator();
    boolean known =
        operator.equals(own) || shown.stream().anyMatch(seal -> seal.operator().equals(operator));
    return known && !operator.isZero() ? Optional.of(operator) : Optional.empty();
  }
}
