package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.myelin.chain.ChainException;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.committee.wire.TermsCodec;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.v1.BatchHeader;
import io.myelin.v1.BatchPart;
import io.myelin.v1.ReviewReply;
import io.myelin.v1.SessionReview;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One review as its messages come in. The transport calls it from one thread at a time. */
final class ReviewStream implements StreamObserver<BatchPart> {
  private static final Logger LOG = LoggerFactory.getLogger(ReviewStream.class);

  /** Words about more false work in one reply, so that it stays far below its bound of 1 MiB. */
  private static final int MOST_MORE = 1_024;

  private final Judge judge;
  private final StreamObserver<ReviewReply> client;
  private final Runnable onEnd;
  private final List<SessionReview> reviews = new ArrayList<>();
  private final List<SettlementClaim> claims = new ArrayList<>();
  private final Set<SessionId> seen = new HashSet<>();
  private @Nullable Header header;
  private @Nullable SessionCheck current;
  private long bytes;
  private int more;
  private boolean over;

  /**
   * What a review is about.
   *
   * @param wanted what is to be attested
   * @param set whose committee it is for
   * @param asker the gateway's signature over it
   * @param round in which its outcome is sealed
   */
  record Header(BatchSettlement wanted, long set, ByteString asker, Digest round) {}

  /** What the stream asks of the validator. */
  interface Judge {
    /** Refuses a batch that this validator does not judge now; takes a place for it. */
    void begin(Header header) throws RefusedException;

    /** Begins with one session; refuses one that this validator's owner earns by. */
    SessionCheck session(Header header, SettlementClaim claim) throws RefusedException;

    /** Every session was found right; refuses when another content was signed before. */
    void right(Header header) throws RefusedException;

    /** Most bytes of all messages together. */
    long mostBytes();

    /** Whether the time of this review is over. */
    boolean late();
  }

  ReviewStream(Judge judge, StreamObserver<ReviewReply> client, Runnable onEnd) {
    this.judge = judge;
    this.client = client;
    this.onEnd = onEnd;
  }

  @Override
  public void onNext(BatchPart part) {
    if (over) {
      return;
    }
    try {
      take(part);
    } catch (RefusedException e) {
      fail(e.reason(), e.detail());
    } catch (IllegalArgumentException e) {
      fail(Reason.MALFORMED, String.valueOf(e.getMessage()));
    } catch (ChainException e) {
      fail(Reason.CHAIN_UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  private void take(BatchPart part) throws RefusedException {
    bytes += part.getSerializedSize();
    if (bytes > judge.mostBytes()) {
      throw new RefusedException(
          Reason.TOO_LARGE, "more than " + judge.mostBytes() + " bytes in one batch");
    }
    if (judge.late()) {
      throw new RefusedException(Reason.TOO_LARGE, "not reviewed in time");
    }
    switch (part.getPartCase()) {
      case HEADER -> begin(part.getHeader());
      case ITEM -> next(required(header), TermsCodec.claim(part.getItem()));
      case RECEIPT -> required(current).receipt(part.getReceipt().toStringUtf8());
      case PART_NOT_SET -> throw new IllegalArgumentException("part: none (expected: one)");
    }
  }

  private static <T> T required(@Nullable T earlier) {
    if (earlier == null) {
      throw new IllegalArgumentException(
          "part: out of order (expected: the header, then each session before its receipts)");
    }
    return earlier;
  }

  private void begin(BatchHeader message) throws RefusedException {
    if (header != null) {
      throw new IllegalArgumentException("header: a second one (expected: one)");
    }
    Header read =
        new Header(
            new BatchSettlement(
                Fields.address("gateway", message.getGateway()),
                Fields.number("batch", message.getBatch()),
                Fields.digest("settlements_digest", message.getSettlementsDigest())),
            Fields.number("set", message.getSet()),
            message.getGatewaySignature(),
            Sealing.round(message.getRound()));
    judge.begin(read);
    header = read;
  }

  private void next(Header of, SettlementClaim claim) throws RefusedException {
    endSession();
    if (claims.size() == SettlementBatch.MAX_SESSIONS) {
      throw new RefusedException(
          Reason.TOO_LARGE, "more than " + SettlementBatch.MAX_SESSIONS + " sessions");
    }
    claims.add(claim);
    if (!seen.add(claim.brief().sessionId())) {
      throw new IllegalArgumentException(
          "item: session " + claim.brief().sessionId() + " twice (expected: each once)");
    }
    current = judge.session(of, claim);
  }

  private void endSession() {
    SessionCheck ending = current;
    if (ending == null) {
      return;
    }
    Optional<String> wrong = ending.end();
    SessionId id = ending.claim().brief().sessionId();
    reviews.add(
        SessionReview.newBuilder()
            .setSessionId(Fields.bytes(id))
            .setOk(wrong.isEmpty())
            .setReason(wrong.orElse(""))
            .addAllMore(more(ending))
            .build());
    if (wrong.isPresent()) {
      LOG.info("review of session {}: {}", id, wrong.get());
    }
    current = null;
  }

  /** As much as a reply has room for; the next try tells the rest. */
  private List<String> more(SessionCheck ending) {
    List<String> told = ending.more().stream().limit(MOST_MORE - more).toList();
    more += told.size();
    return told;
  }

  @Override
  public void onCompleted() {
    if (over) {
      return;
    }
    try {
      Header of = required(header);
      endSession();
      if (claims.isEmpty()) {
        throw new IllegalArgumentException("items: none (expected: at least one)");
      }
      ReviewReply.Builder reply = ReviewReply.newBuilder().addAllSessions(reviews);
      boolean right = reviews.stream().allMatch(SessionReview::getOk);
      if (right) {
        requireDigest(of.wanted().settlementsDigest());
        judge.right(of);
        reply.setSettlementsDigest(Fields.bytes(of.wanted().settlementsDigest()));
      }
      end();
      LOG.info(
          "review of batch {} of gateway {}: {} sessions, {} bytes, {}",
          of.wanted().batch(),
          of.wanted().gateway(),
          claims.size(),
          bytes,
          right ? "all right" : "not right");
      client.onNext(reply.build());
      client.onCompleted();
    } catch (RefusedException e) {
      fail(e.reason(), e.detail());
    } catch (IllegalArgumentException e) {
      fail(Reason.MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  private void requireDigest(Digest told) {
    Digest found = SettlementClaim.batchDigest(claims);
    if (!found.equals(told)) {
      throw new IllegalArgumentException(
          "settlements_digest: %s (expected: %s, of the claims)".formatted(told, found));
    }
  }

  private void fail(Reason reason, String detail) {
    LOG.info("review refused: {}", reason.text(detail));
    end();
    client.onError(reason.status(detail).asRuntimeException());
  }

  @Override
  public void onError(Throwable error) {
    if (!over) {
      LOG.debug("a review was left: {}", Status.fromThrowable(error));
      end();
    }
  }

  private void end() {
    over = true;
    current = null;
    onEnd.run();
  }
}
