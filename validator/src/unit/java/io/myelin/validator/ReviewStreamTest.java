package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.committee.wire.TermsCodec;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.settlement.TestingTasks;
import io.myelin.v1.BatchHeader;
import io.myelin.v1.BatchPart;
import io.myelin.v1.ReviewReply;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The order and the bounds of a review's messages; what is checked in them is elsewhere. */
final class ReviewStreamTest {
  private static final int MOST_BYTES = 4_000;

  private final Recorder client = new Recorder();
  private final Judge judge = new Judge();
  private final ReviewStream stream = new ReviewStream(judge, client, () -> judge.ended++);

  private static final class Recorder implements StreamObserver<ReviewReply> {
    private final List<ReviewReply> replies = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();

    @Override
    public void onNext(ReviewReply reply) {
      replies.add(reply);
    }

    @Override
    public void onError(Throwable error) {
      failures.add(String.valueOf(Status.fromThrowable(error).getDescription()));
    }

    @Override
    public void onCompleted() {}
  }

  /** Takes every claim as it is. */
  private static final class Judge implements ReviewStream.Judge {
    private final List<Digest> right = new ArrayList<>();
    private boolean late;
    private int ended;

    @Override
    public void begin(ReviewStream.Header header) throws RefusedException {
      if (header.wanted().batch() != 0) {
        throw new RefusedException(Reason.REFUSED_BATCH, "not the next");
      }
    }

    @Override
    public SessionCheck session(ReviewStream.Header header, SettlementClaim claim) {
      return SessionCheck.unread(claim);
    }

    @Override
    public void right(ReviewStream.Header header) {
      right.add(header.wanted().settlementsDigest());
    }

    @Override
    public long mostBytes() {
      return MOST_BYTES;
    }

    @Override
    public boolean late() {
      return late;
    }
  }

  private static BatchPart header(long batch) {
    return BatchPart.newBuilder()
        .setHeader(
            BatchHeader.newBuilder()
                .setGateway(Fields.bytes(Address.ZERO))
                .setBatch(batch)
                .setSet(1)
                .setRound(Fields.bytes(Digest.ZERO))
                .setSettlementsDigest(Fields.bytes(digest("one", "two"))))
        .build();
  }

  private static SettlementClaim claim(String session) {
    SessionTail tail =
        new SessionTail(
            Digest.ZERO, Digest.ZERO, 1, BigInteger.ONE, BigInteger.ONE, 1, 1, Digest.ZERO, 1);
    SessionBrief brief =
        new SessionBrief(
            SessionId.of(TestingTasks.named(session).bytes()),
            new SessionHead(Address.ZERO, Address.ZERO, Address.ZERO, BigInteger.TEN, 1, 0),
            List.of(new PaidSeat(Address.ZERO, Address.ZERO)),
            tail.digest());
    return new SettlementClaim(brief, tail, Digest.ZERO, 1, List.of(BigInteger.TWO));
  }

  private static Digest digest(String... sessions) {
    return SettlementClaim.batchDigest(Stream.of(sessions).map(ReviewStreamTest::claim).toList());
  }

  private static BatchPart item(String session) {
    return BatchPart.newBuilder().setItem(TermsCodec.item(claim(session))).build();
  }

  private static BatchPart receipt(int bytes) {
    return BatchPart.newBuilder().setReceipt(ByteString.copyFrom(new byte[bytes])).build();
  }

  private void assertFailed(Reason reason) {
    assertThat(client.replies).isEmpty();
    assertThat(client.failures).hasSize(1);
    assertThat(client.failures.getFirst()).startsWith(reason.name());
    assertThat(judge.ended).isEqualTo(1);
    assertThat(judge.right).isEmpty();
    // What comes after the end changes nothing.
    stream.onNext(item("late"));
    stream.onCompleted();
    stream.onError(Status.CANCELLED.asRuntimeException());
    assertThat(judge.ended).isEqualTo(1);
    assertThat(client.failures).hasSize(1);
  }

  @Test
  void shouldAnswerEachSessionInItsPlace() {
    stream.onNext(header(0));
    stream.onNext(item("one"));
    stream.onNext(receipt(10));
    stream.onNext(item("two"));
    stream.onCompleted();

    assertThat(client.failures).isEmpty();
    assertThat(client.replies.getFirst().getSessionsList())
        .extracting(session -> SessionId.of(session.getSessionId().toByteArray()))
        .containsExactly(claim("one").brief().sessionId(), claim("two").brief().sessionId());
    Digest digest = digest("one", "two");
    assertThat(judge.right).containsExactly(digest);
    assertThat(client.replies.getFirst().getSettlementsDigest()).isEqualTo(Fields.bytes(digest));
    assertThat(judge.ended).isEqualTo(1);
  }

  @Test
  void shouldRefuseOtherClaimsThanItWasToldOf() {
    stream.onNext(header(0));
    stream.onNext(item("one"));
    stream.onCompleted();
    assertFailed(Reason.MALFORMED);
  }

  @Test
  void shouldRefuseMessagesOutOfOrder() {
    stream.onNext(item("one"));
    assertFailed(Reason.MALFORMED);
  }

  @Test
  void shouldRefuseAReceiptOfNoSession() {
    stream.onNext(header(0));
    stream.onNext(receipt(1));
    assertFailed(Reason.MALFORMED);
  }

  @Test
  void shouldRefuseTheSameSessionTwice() {
    stream.onNext(header(0));
    stream.onNext(item("one"));
    stream.onNext(item("one"));
    assertFailed(Reason.MALFORMED);
  }

  @Test
  void shouldRefuseABatchOfNothing() {
    stream.onNext(header(0));
    stream.onCompleted();
    assertFailed(Reason.MALFORMED);
  }

  @Test
  void shouldRefuseAnotherBatch() {
    stream.onNext(header(7));
    assertFailed(Reason.REFUSED_BATCH);
  }

  @Test
  void shouldRefuseMoreThanItTakes() {
    stream.onNext(header(0));
    stream.onNext(item("one"));
    stream.onNext(receipt(MOST_BYTES));
    assertFailed(Reason.TOO_LARGE);
  }

  @Test
  void shouldEndWhenTimeIsOver() {
    stream.onNext(header(0));
    judge.late = true;
    stream.onNext(item("one"));
    assertFailed(Reason.TOO_LARGE);
  }

  @Test
  void shouldLetGoWhenItsClientLeaves() {
    stream.onNext(header(0));
    stream.onError(Status.CANCELLED.asRuntimeException());
    assertThat(judge.ended).isEqualTo(1);
    assertThat(client.failures).isEmpty();
  }
}
