package io.myelin.validator;

import io.myelin.committee.wire.Reason;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;

/** Whether a batch is its gateway's next and this validator one of its judges. */
final class BatchCheck {
  private final ChainView view;
  private final Seats seats;

  BatchCheck(ChainView view, Seats seats) {
    this.view = view;
    this.seats = seats;
  }

  /** Who decides; refuses where this validator does not, and a set that there is not. */
  Sitting sitting(Address gateway, long batch, long set) throws RefusedException {
    NetworkContracts network = view.network();
    if (set < 1 || set > network.validators().setVersion().on(view.client())) {
      throw refused("set " + set + " (expected: one that was made)");
    }
    Digest subject = Subjects.batchSubject(gateway, batch);
    return seats.sit(
        subject, network.validators().committeeFor(subject, set, Address.ZERO).on(view.client()));
  }

  /**
   * Refuses any other batch.
   *
   * @param marginSeconds for which the committee's set must still count
   */
  void require(Address gateway, long batch, long set, long marginSeconds) throws RefusedException {
    NetworkContracts network = view.network();
    InferencePayment.BatchesAnswer next = network.payment().batches(gateway).on(view.client());
    if (next.batch() != batch || next.set() != set || set == 0) {
      throw refused(
          "batch %d judged from set %d (expected: batch %d from set %d)"
              .formatted(batch, set, next.batch(), next.set()));
    }
    long staleAt =
        network.validators().madeAt(set).on(view.client())
            + network.payment().PIN_SECONDS().on(view.client());
    if (view.nowSeconds() + marginSeconds >= staleAt) {
      throw refused("set %d is too old from %d s on: pin another".formatted(set, staleAt));
    }
  }

  private static RefusedException refused(String detail) {
    return new RefusedException(Reason.REFUSED_BATCH, detail);
  }
}
