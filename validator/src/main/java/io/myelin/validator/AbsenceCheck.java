package io.myelin.validator;

import io.myelin.committee.RollCall;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.v1.JudgeAbsenceRequest;
import java.util.concurrent.Semaphore;

/**
 * Whether another validator is silent: it has not answered this one's own calls for a while, though
 * others did.
 */
final class AbsenceCheck {
  /** Each takes as long as a roll call; the other checks must not wait for them. */
  private static final int MOST_AT_ONCE = 3;

  private final ChainView view;
  private final Seats seats;
  private final RollCall rollCall;
  private final Semaphore calling = new Semaphore(MOST_AT_ONCE);

  AbsenceCheck(ChainView view, Seats seats, RollCall rollCall) {
    this.view = view;
    this.seats = seats;
    this.rollCall = rollCall;
  }

  private static AbsenceVerdict wanted(JudgeAbsenceRequest request) {
    return new AbsenceVerdict(
        Fields.address("validator", request.getValidator()),
        Fields.number("window", request.getWindow()));
  }

  /** Who decides: the newest set's committee without the accused. */
  Sitting sitting(JudgeAbsenceRequest request) throws RefusedException {
    AbsenceVerdict wanted = wanted(request);
    Digest subject = Subjects.absenceSubject(wanted.validator(), wanted.window());
    long set = view.network().validators().setVersion().on(view.client());
    return seats.sit(
        subject,
        view.network()
            .validators()
            .committeeFor(subject, set, wanted.validator())
            .on(view.client()));
  }

  /** What to sign. */
  Attestation check(JudgeAbsenceRequest request) throws RefusedException {
    AbsenceVerdict wanted = wanted(request);
    long current = AbsenceVerdict.windowOf(view.nowSeconds());
    if (wanted.window() != current && wanted.window() != current - 1) {
      throw refused("window %d (expected: %d, the current)".formatted(wanted.window(), current));
    }
    RollCall.Attendance attendance = attendance();
    Address accused = wanted.validator();
    if (!attendance.silent().contains(accused)) {
      throw refused(
          attendance.present().contains(accused)
              ? accused + " answers"
              : accused + " may not sign now in any case");
    }
    if (!attendance.isConnected(seats.owner(), accused)) {
      throw refused(
          "%d validators answer, %d do not: this one is cut off itself"
              .formatted(attendance.present().size(), attendance.silent().size()));
    }
    return unread(request);
  }

  private RollCall.Attendance attendance() throws RefusedException {
    if (!calling.tryAcquire()) {
      throw new RefusedException(Reason.BUSY, "more than " + MOST_AT_ONCE + " roll calls at once");
    }
    try {
      return rollCall.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RefusedException(Reason.BUSY, "interrupted");
    } finally {
      calling.release();
    }
  }

  /** What would be signed, unread. */
  static Attestation unread(JudgeAbsenceRequest request) {
    AbsenceVerdict wanted = wanted(request);
    return Attestation.of(Subjects.absenceSubject(wanted.validator(), wanted.window()), wanted);
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_ABSENCE, detail);
  }
}
