package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.myelin.committee.NotAgreedException.BadSession;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.ReviewReply;
import io.myelin.v1.SessionReview;
import io.myelin.v1.Signed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets each member review a batch, and only once a quorum found all of it right lets any sign: an
 * honest validator signs one content for a batch ever, so it must be the right one.
 */
final class BatchAsk implements Gathering.Ask {
  private final SettlementBatch batch;
  private final Digest expected;
  private final AttestRequest wanted;
  private final CommitteeSettings settings;
  private final CountDownLatch needed;
  private final Set<Integer> right = ConcurrentHashMap.newKeySet();
  private final Map<SessionId, BadSession> bad = new LinkedHashMap<>();

  BatchAsk(
      SettlementBatch batch,
      Digest expected,
      Signature asker,
      long quorum,
      CommitteeSettings settings) {
    this.batch = batch;
    this.expected = expected;
    this.wanted =
        AttestRequest.newBuilder()
            .setGateway(Fields.bytes(batch.gateway()))
            .setBatch(batch.batch())
            .setSet(batch.set())
            .setSettlementsDigest(Fields.bytes(expected))
            .setGatewaySignature(ByteString.copyFrom(asker.bytes()))
            .build();
    this.settings = settings;
    this.needed = new CountDownLatch(Math.toIntExact(quorum));
  }

  @Override
  public Signed ask(Gathering.Seat seat, Members.Member member)
      throws InterruptedException, Gathering.RefusedException {
    // A member that failed since its review may have forgotten it, so it reviews again.
    hold(ReviewCall.of(member, wanted, batch, settings.review()));
    if (right.add(seat.number())) {
      needed.countDown();
    }
    needed.await();
    return member
        .calls()
        .withDeadlineAfter(settings.call().toMillis(), TimeUnit.MILLISECONDS)
        .attest(wanted);
  }

  private void hold(ReviewReply reply) throws Gathering.RefusedException {
    List<SessionReview> wrong =
        reply.getSessionsList().stream().filter(session -> !session.getOk()).toList();
    for (SessionReview session : wrong) {
      note(session);
    }
    if (!wrong.isEmpty()) {
      throw new Gathering.RefusedException(
          Reason.REFUSED_SESSION.name(),
          "%d of %d sessions; %s"
              .formatted(wrong.size(), batch.sessions().size(), wrong.getFirst().getReason()));
    }
    if (!reply.getSettlementsDigest().equals(Fields.bytes(expected))) {
      throw new Gathering.RefusedException(
          MemberAnswer.OTHER_DIGEST, "it works out another digest than " + expected);
    }
  }

  private void note(SessionReview session) {
    SessionId id;
    try {
      id = SessionId.of(session.getSessionId().toByteArray());
    } catch (IllegalArgumentException e) {
      // A member that names no session of this batch says nothing about one.
      return;
    }
    synchronized (bad) {
      bad.merge(
          id,
          new BadSession(id, 1, session.getReason()),
          (one, _) -> new BadSession(id, one.members() + 1, one.reason()));
    }
  }

  /** Sessions that members found wrong, of the batch only. */
  List<BadSession> badSessions() {
    synchronized (bad) {
      return batch.sessions().stream()
          .map(part -> bad.get(part.claim().brief().sessionId()))
          .filter(Objects::nonNull)
          .toList();
    }
  }
}
