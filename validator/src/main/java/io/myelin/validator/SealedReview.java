package io.myelin.validator;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.v1.ReviewReply;
import io.myelin.v1.Sealed;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Seals what a review comes to; what is no verdict is said openly. */
final class SealedReview implements StreamObserver<ReviewReply> {
  private final Sealing sealing;
  private final StreamObserver<Sealed> client;
  private @Nullable Sitting sitting;
  private @Nullable Digest round;

  SealedReview(Sealing sealing, StreamObserver<Sealed> client) {
    this.sealing = sealing;
    this.client = client;
  }

  /** Who judges; before this there is no verdict. */
  void begin(Sitting who, Digest asked) {
    sitting = who;
    round = asked;
  }

  /** These earn by what is judged: their seals open nothing. */
  void without(Set<Address> interested) {
    Sitting who = sitting;
    if (who != null) {
      sitting = who.without(interested);
    }
  }

  @Override
  public void onNext(ReviewReply reply) {
    Sitting who = sitting;
    Digest asked = round;
    if (who == null || asked == null) {
      throw new IllegalStateException("a review ended that had not begun");
    }
    client.onNext(sealing.seal(who, asked, new Verdict.Stated(Payload.of(reply.toByteArray()))));
  }

  @Override
  public void onError(Throwable error) {
    String text = String.valueOf(Status.fromThrowable(error).getDescription());
    Sitting who = sitting;
    Digest asked = round;
    Optional<Sealed> sealed =
        who == null || asked == null
            ? Optional.empty()
            : Reason.of(text)
                .flatMap(reason -> sealing.seal(who, asked, reason, reason.detail(text)));
    if (sealed.isPresent()) {
      client.onNext(sealed.get());
      client.onCompleted();
    } else {
      client.onError(error);
    }
  }

  @Override
  public void onCompleted() {
    client.onCompleted();
  }
}
