package io.myelin.gateway.session;

import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.session.SessionPhase;
import io.myelin.protocol.session.SessionTransition;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.work.VerificationLevel;

/** Why a session is not opened, and why a task is not taken into one. */
final class SessionRefusals {
  private static final long LEAST_LIFETIME_MILLIS = 1_000;

  private SessionRefusals() {}

  /** Everything that can be checked of a request without a look at what else goes on. */
  static void check(SignedSessionRequest signed, SessionSettings settings, long now)
      throws SessionRefusedException {
    check(signed, settings, settings.gateway(), now);
  }

  /** As above, of a request that names this gateway, or the zero address for any. */
  static void check(
      SignedSessionRequest signed, SessionSettings settings, Address gateway, long now)
      throws SessionRefusedException {
    SessionRequest request = signed.request();
    if (!request.gateway().equals(gateway)) {
      throw new SessionRefusedException(
          Reason.WRONG_GATEWAY,
          "request.gateway: " + request.gateway() + " (expected: " + gateway + ").");
    }
    if (request.redundancy() > settings.maxRedundancy()) {
      throw new SessionRefusedException(
          Reason.BAD_TERMS,
          "request.redundancy: "
              + request.redundancy()
              + " (expected: 1.."
              + settings.maxRedundancy()
              + ").");
    }
    VerificationLevel level =
        VerificationLevel.of(request.verification())
            .orElseThrow(
                () ->
                    new SessionRefusedException(
                        Reason.BAD_TERMS,
                        "request.verification: "
                            + request.verification()
                            + " (expected: 0 for none, 1 for a sample of the answers, 2 for several"
                            + " nodes each, 3 for all of them)."));
    if (request.redundancy() < level.leastNodes()) {
      throw new SessionRefusedException(
          Reason.BAD_TERMS,
          "request.redundancy: "
              + request.redundancy()
              + " (expected: at least "
              + level.leastNodes()
              + " at level "
              + level.label()
              + ", nodes of different owners that are compared; "
              + level.usualNodes()
              + " tell which one is wrong).");
    }
    long least = now + LEAST_LIFETIME_MILLIS;
    long most = now + settings.maxLifetimeMillis();
    if (request.expiryMillis() < least || request.expiryMillis() > most) {
      throw new SessionRefusedException(
          Reason.BAD_TERMS,
          "request.expiryMillis: "
              + request.expiryMillis()
              + " (expected: "
              + least
              + ".."
              + most
              + ").");
    }
    if (!Signers.signedBy(
        request.client(), settings.domain().digest(request), signed.signature())) {
      throw new SessionRefusedException(
          Reason.BAD_SIGNATURE,
          "signature: not of "
              + request.client()
              + " over this request (expected: EIP-712 in the domain that GET /api/v1/network"
              + " names under \"signing\").");
    }
  }

  /** The nonce binds what it must, and the validator set is one that can still be used. */
  static void checkNonce(SignedSessionRequest signed, long newestSet)
      throws SessionRefusedException {
    long set = signed.validatorSet();
    if (set != newestSet && set != newestSet - 1) {
      throw new SessionRefusedException(
          Reason.BAD_NONCE,
          "validatorSet: "
              + set
              + " (expected: "
              + newestSet
              + "; read GET /api/v1/network again, sign again).");
    }
    Digest expected = SessionNonce.of(signed.clientRandom(), signed.seedCommitment(), set);
    Digest subnetId = signed.subnet();
    if (signed.request().gateway().equals(Address.ZERO) && subnetId != null) {
      expected = SessionNonce.forAny(expected, subnetId, signed.maxTasks());
    }
    if (!expected.equals(signed.request().nonce())) {
      throw new SessionRefusedException(
          Reason.BAD_NONCE,
          "request.nonce: 0x"
              + signed.request().nonce()
              + " (expected: 0x"
              + expected
              + ", which binds clientRandom, seedCommitment and validatorSet, and for any gateway"
              + " subnet and most tasks; docs/protocol.md says"
              + " how).");
    }
  }

  /** Why a session did not become active. */
  static SessionRefusedException notOpened(SessionPhase phase) {
    if (phase instanceof SessionPhase.Failed failed) {
      Reason reason =
          switch (failed.code()) {
            case "not_funded", "underfunded" -> Reason.INSUFFICIENT_FUNDS;
            case "no_nodes" -> Reason.NO_CAPACITY;
            default -> Reason.BAD_TERMS;
          };
      return new SessionRefusedException(reason, failed.message());
    }
    return new SessionRefusedException(
        Reason.NO_CAPACITY, "The session is still " + phase.label() + ".");
  }

  /** Why a task was not held. */
  static TaskRejectedException rejected(SessionTransition.Rejected rejected, SessionPhase phase) {
    return switch (rejected.reason()) {
      case OVER_BUDGET, TASK_LIMIT ->
          new TaskRejectedException(
              TaskRejectedException.Reason.LIMIT_REACHED,
              "The session's limit is reached: "
                  + rejected.message()
                  + ". Ask for fewer tokens, wait for running tasks, or open another session.",
              0);
      case ALREADY_ENDED, WRONG_PHASE, PAST_EXPIRY ->
          new TaskRejectedException(
              TaskRejectedException.Reason.SESSION_NOT_ACTIVE,
              "The session is " + phase.label() + " (expected: active). Open another one.",
              0);
      case DUPLICATE, WRONG_NODES, UNKNOWN_NODE, BAD_AMOUNT, NOT_HELD, STALE_DEADLINE ->
          new TaskRejectedException(
              TaskRejectedException.Reason.BAD_REQUEST, rejected.message(), 0);
    };
  }
}
