package io.myelin.validator;

import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundPiece;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.v1.ApproveRoundRequest;
import io.myelin.v1.JudgeRoundRequest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Whether a cognitive round's nodes are its draw, and what was made in it is right. */
final class RoundCheck {
  /** Less than an asker waits. */
  private static final int PATIENCE_SECONDS = 15;

  private final ChainView view;
  private final Seats seats;
  private final RoundDesk desk;

  RoundCheck(ChainView view, Seats seats, RoundDesk desk) {
    this.view = view;
    this.seats = seats;
    this.desk = desk;
  }

  /** Who says whether the draw is right; refuses where this validator does not. */
  Sitting sitting(ApproveRoundRequest request) throws RefusedException {
    return sitting(Fields.number("number", request.getNumber()), Set.of());
  }

  /** Who judges; refuses where this validator does not, or its owner owns a node that is judged. */
  Sitting sitting(JudgeRoundRequest request) throws RefusedException {
    long number = Fields.number("number", request.getNumber());
    Set<Address> owners = new HashSet<>();
    for (RoundPiece piece : desk.require(number).pieces()) {
      owners.add(view.network().nodes().nodeOf(piece.node()).on(view.client()).owner());
    }
    return sitting(number, owners);
  }

  private Sitting sitting(long number, Set<Address> interested) throws RefusedException {
    Digest id = RoundDraw.idOf(number);
    long set = view.network().validators().setVersion().on(view.client());
    return seats.sit(
        id,
        view.network().validators().committeeFor(id, set, Address.ZERO).on(view.client()),
        interested);
  }

  /** What to sign of a draw. */
  Attestation check(ApproveRoundRequest request) throws RefusedException {
    long number = Fields.number("number", request.getNumber());
    long current = desk.reader().times().windowOf(view.nowSeconds());
    if (number != current && number != current - 1) {
      throw refused("window %d (expected: %d, the current one)".formatted(number, current));
    }
    if (desk.reader().round(number).isPresent()) {
      throw refused("the round of window " + number + " has begun");
    }
    RoundDraw asked = draw(request);
    Optional<RoundDraw> own = desk.draw(number);
    if (!own.equals(Optional.of(asked))) {
      throw refused(
          "drawn: %s (expected: %s)"
              .formatted(
                  asked.nodes(),
                  own.isPresent() ? own.get().nodes() : "nobody, as too few nodes are free"));
    }
    return unread(request);
  }

  /** What would be signed, unread. */
  static Attestation unread(ApproveRoundRequest request) {
    return draw(request).attestation(Fields.number("number", request.getNumber()));
  }

  private static RoundDraw draw(ApproveRoundRequest request) {
    return new RoundDraw(
        Fields.addresses("nodes", request.getNodesList()),
        Fields.small("responders", request.getResponders()));
  }

  /** What to sign of what was made. */
  Attestation check(JudgeRoundRequest request) throws RefusedException {
    RoundView round = desk.require(Fields.number("number", request.getNumber()));
    if (round.phase() != CognitivePhase.JUDGE) {
      throw refused("round %d is at %s (expected: JUDGE)".formatted(round.number(), round.phase()));
    }
    // Bounded by what the chain is bound to.
    int most = round.pieces().size();
    if (request.getContentsCount() > most) {
      throw refused(
          "contents: %d (expected: at most %d)".formatted(request.getContentsCount(), most));
    }
    desk.add(round, request.getContentsList());
    try {
      // An asker may keep back what speaks against its word.
      desk.fetchMissing(round);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Reason.BUSY, "interrupted");
    }
    RoundVerdict asked = verdict(request);
    RoundVerdict own = desk.verdict(round, PATIENCE_SECONDS);
    if (!own.equals(asked)) {
      throw refused(
          "right: %s, wrong: %s (expected: %s, %s, as found here)"
              .formatted(asked.right(), asked.wrong(), own.right(), own.wrong()));
    }
    return asked.attestation(round.id());
  }

  /** What would be signed, unread. */
  static Attestation unread(JudgeRoundRequest request) {
    return verdict(request)
        .attestation(RoundDraw.idOf(Fields.number("number", request.getNumber())));
  }

  private static RoundVerdict verdict(JudgeRoundRequest request) {
    return new RoundVerdict(
        Fields.addresses("right", request.getRightList()),
        Fields.addresses("wrong", request.getWrongList()));
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_ROUND, detail);
  }
}
