package io.myelin.protocol.mempool;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.EntryPledge;
import io.myelin.protocol.typeddata.PendingRequest;
import io.myelin.protocol.typeddata.SessionRequest;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A request that waits, with all that any gateway of its subnet needs to open the session.
 *
 * @param request for the zero address as gateway: any
 * @param requestSignature of the client
 * @param clientRandom the client's part of the randomness
 * @param validatorSet that the committee is drawn from
 * @param pending on what terms it waits
 * @param pendingSignature of the client
 * @param entry the gateway that took it in
 * @param pledge of that gateway, with its part of the randomness
 * @param pledgeSignature of that gateway
 * @param task a task's JSON, as a gateway's {@code POST …/tasks} takes it; empty for none
 */
public record Announcement(
    SessionRequest request,
    Signature requestSignature,
    Digest clientRandom,
    long validatorSet,
    PendingRequest pending,
    Signature pendingSignature,
    Address entry,
    EntryPledge pledge,
    Signature pledgeSignature,
    String task) {
  /** Most bytes of a task, and of a model's name. */
  public static final int MAX_TASK_BYTES = 32 << 10;

  private static final int MAX_MODEL_BYTES = 256;
  private static final int FIXED_BYTES = 720;
  private static final byte[] TASK_DOMAIN =
      "myelin/pending-task/1".getBytes(StandardCharsets.UTF_8);

  /** What is wrong with one. */
  public enum Flaw {
    /** Fields that do not fit together, or are too large. */
    MALFORMED,
    /** Somebody did not sign what they should have. */
    BAD_SIGNATURE
  }

  /**
   * What is wrong, and where.
   *
   * @param text for a person
   */
  public record Problem(Flaw flaw, String text) {}

  /** What a client signs as digest of its task; zeros for none. */
  public static Digest taskDigest(String task) {
    return task.isEmpty() ? Digest.ZERO : Sha256.hash(task.getBytes(StandardCharsets.UTF_8));
  }

  /** The id that a task has which a session brings along: known before anybody runs it. */
  public static TaskId taskId(SessionId session, Digest taskDigest) {
    return TaskId.of(Sha256.hash(TASK_DOMAIN, session.bytes(), taskDigest.bytes()).bytes());
  }

  /** What a pool has to know of it. */
  public PoolEntry poolEntry() {
    int bytes = FIXED_BYTES + utf8(request.model()) + utf8(task);
    return new PoolEntry(
        pending.sessionId(),
        request.client(),
        pending.nonce(),
        pending.subnetId(),
        request.budgetWei(),
        bytes,
        pending.validUntilMillis());
  }

  /**
   * Whether it holds together: fields, bounds, the three signatures. What only the chain knows is
   * not asked.
   */
  public Optional<Problem> check(Eip712Domain domain) {
    Digest digest = domain.digest(request);
    SessionId id = SessionId.of(digest.bytes());
    Digest commitment = SelectionSeed.commitmentTo(pledge.gatewaySecret());
    if (!request.gateway().equals(Address.ZERO)) {
      return malformed("request.gateway: " + request.gateway() + " (expected: zeros, for any)");
    }
    if (request.budgetWei().signum() == 0 || request.budgetWei().bitLength() > 128) {
      return malformed("request.budgetWei: " + request.budgetWei() + " (expected: 1 to 2^128 - 1)");
    }
    if (!pending.sessionId().equals(id) || !pledge.sessionId().equals(id)) {
      return malformed(
          "sessionId: %s and %s (expected: %s, of the request)"
              .formatted(pending.sessionId(), pledge.sessionId(), id));
    }
    if (validatorSet < 1
        || !request
            .nonce()
            .equals(
                SessionNonce.forAny(
                    SessionNonce.of(clientRandom, commitment, validatorSet),
                    pending.subnetId(),
                    pending.maxTasks()))) {
      return malformed(
          "request.nonce: does not bind client random, the pledge's secret, validator set, subnet"
              + " and most tasks");
    }
    if (pledge.validUntilMillis() < pending.validUntilMillis()
        || pending.validUntilMillis() > request.expiryMillis()) {
      return malformed(
          "validUntilMillis: %d (expected: at most the pledge's, %d, and the session's expiry, %d)"
              .formatted(
                  pending.validUntilMillis(), pledge.validUntilMillis(), request.expiryMillis()));
    }
    if (utf8(request.model()) > MAX_MODEL_BYTES || utf8(task) > MAX_TASK_BYTES) {
      return malformed(
          "model and task: %d and %d bytes (expected: at most %d and %d)"
              .formatted(utf8(request.model()), utf8(task), MAX_MODEL_BYTES, MAX_TASK_BYTES));
    }
    if (!pending.taskDigest().equals(taskDigest(task))) {
      return malformed("taskDigest: is not the task's");
    }
    if (!Signers.signedBy(request.client(), digest, requestSignature)) {
      return unsigned("the request is not signed by its client, " + request.client());
    }
    if (!Signers.signedBy(request.client(), domain.digest(pending), pendingSignature)) {
      return unsigned("what is pending is not signed by the client, " + request.client());
    }
    return Signers.signedBy(entry, domain.digest(pledge), pledgeSignature)
        ? Optional.empty()
        : unsigned("the pledge is not signed by the entry gateway, " + entry);
  }

  private static Optional<Problem> malformed(String text) {
    return Optional.of(new Problem(Flaw.MALFORMED, text));
  }

  private static Optional<Problem> unsigned(String text) {
    return Optional.of(new Problem(Flaw.BAD_SIGNATURE, text));
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
