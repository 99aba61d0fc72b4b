package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.myelin.chain.ChainException;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.v1.Sealed;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a validator answers whatever it is asked: within bounds, with a verdict that is sealed, or
 * with a status that says why not; one line in the log for each.
 */
final class Answering {
  private static final Logger LOG = LoggerFactory.getLogger(Answering.class);

  private final ChainView view;
  private final OperatorKey key;
  private final Signer signer;
  private final Sealing sealing;
  private final ValidatorFault fault;
  private final int mostChecks;
  private final Semaphore checking;

  /**
   * Of one validator.
   *
   * @param mostChecks at once
   */
  Answering(
      ChainView view,
      OperatorKey key,
      Signer signer,
      Sealing sealing,
      ValidatorFault fault,
      int mostChecks) {
    this.view = view;
    this.key = key;
    this.signer = signer;
    this.sealing = sealing;
    this.fault = fault;
    this.mostChecks = mostChecks;
    this.checking = new Semaphore(mostChecks);
  }

  /** A step on the way to a verdict. */
  interface Check<T> {
    T run() throws RefusedException;
  }

  /** Checks and answers with a sealed verdict, whichever it is. */
  void answer(
      String what,
      StreamObserver<Sealed> client,
      ByteString round,
      Check<Sitting> who,
      Check<Attestation> check,
      Check<Attestation> unread) {
    guarded(
        what,
        client,
        () -> {
          Digest asked = Sealing.round(round);
          Sitting sitting = who.run();
          try {
            if (fault == ValidatorFault.NO) {
              throw new RefusedException(Reason.REFUSED_BY_FAULT, "told to");
            }
            Attestation attestation = fault.isUnread() ? unread.run() : check.run();
            return sealing.seal(sitting, asked, new Verdict.Yes(signed(what, attestation)));
          } catch (RefusedException e) {
            Sealed sealed =
                sealing.seal(sitting, asked, e.reason(), e.detail()).orElseThrow(() -> e);
            LOG.info("{} refused: {}", what, e.reason().text(e.detail()));
            return sealed;
          }
        });
  }

  /** Signs, unless this validator signed something else of the same before. */
  Signature signed(String what, Attestation attestation) throws RefusedException {
    Signature signature =
        fault == ValidatorFault.TWICE
            ? key.sign(view.network().domain().digest(attestation))
            : signer.sign(attestation);
    LOG.info("{} {}: signed {}", what, attestation.subject(), attestation.content());
    return signature;
  }

  /** Does what waits for the engine in a place of its kind, so that no other check waits for it. */
  static void within(Places places, String what, StreamObserver<?> client, Runnable answer) {
    if (!places.free().tryAcquire()) {
      refuse(what, client, Reason.BUSY, "more than " + places.most() + " at once");
      return;
    }
    try {
      answer.run();
    } finally {
      places.free().release();
    }
  }

  /** For so many at once of what waits for the engine. */
  record Places(int most, Semaphore free) {
    Places(int most) {
      this(most, new Semaphore(most));
    }
  }

  /** Answers within bounds; what is thrown becomes a status. */
  <T> void guarded(String what, StreamObserver<T> client, Check<T> check) {
    if (fault.isSilent()) {
      return;
    }
    if (!checking.tryAcquire()) {
      refuse(what, client, Reason.BUSY, "more than " + mostChecks + " checks at once");
      return;
    }
    try {
      client.onNext(check.run());
      client.onCompleted();
    } catch (RefusedException e) {
      refuse(what, client, e.reason(), e.detail());
    } catch (IllegalArgumentException e) {
      refuse(what, client, Reason.MALFORMED, String.valueOf(e.getMessage()));
    } catch (ChainException e) {
      refuse(what, client, Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
    } catch (SigningStoreException e) {
      refuse(what, client, Reason.STORE_UNAVAILABLE, String.valueOf(e.getMessage()));
    } finally {
      checking.release();
    }
  }

  /** Says no, and why. */
  static void refuse(String what, StreamObserver<?> client, Reason reason, String detail) {
    LOG.info("{} refused: {}", what, reason.text(detail));
    client.onError(reason.status(detail).asRuntimeException());
  }
}
