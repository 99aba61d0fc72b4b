package io.myelin.committee;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.TermsCodec;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.BatchHeader;
import io.myelin.v1.BatchPart;
import io.myelin.v1.Sealed;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends one batch to one member, as fast as it reads and no faster. */
final class ReviewCall implements ClientResponseObserver<BatchPart, Sealed> {
  private final CompletableFuture<Sealed> reply = new CompletableFuture<>();
  private final Semaphore ready = new Semaphore(0);
  private @Nullable ClientCallStreamObserver<BatchPart> call;
  private @Nullable Sealed received;

  private ReviewCall() {}

  /**
   * Waits for the review.
   *
   * @throws StatusRuntimeException when there is none
   */
  static Sealed of(
      Members.Member member,
      AttestRequest wanted,
      ByteString round,
      SettlementBatch batch,
      Duration limit)
      throws InterruptedException {
    ReviewCall review = new ReviewCall();
    var _ =
        member.streams().withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS).review(review);
    try {
      review.send(wanted, round, batch);
      return review.reply.get();
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e.getCause()).asRuntimeException();
    } finally {
      review.cancel();
    }
  }

  private void send(AttestRequest wanted, ByteString round, SettlementBatch batch)
      throws InterruptedException {
    next(
        BatchPart.newBuilder()
            .setHeader(
                BatchHeader.newBuilder()
                    .setGateway(wanted.getGateway())
                    .setBatch(wanted.getBatch())
                    .setSet(wanted.getSet())
                    .setSettlementsDigest(wanted.getSettlementsDigest())
                    .setGatewaySignature(wanted.getGatewaySignature())
                    .setRound(round))
            .build());
    for (SettlementBatch.Part part : batch.sessions()) {
      next(BatchPart.newBuilder().setItem(TermsCodec.item(part.claim())).build());
      for (String receipt : part.receipts()) {
        next(BatchPart.newBuilder().setReceipt(ByteString.copyFromUtf8(receipt)).build());
      }
    }
    ClientCallStreamObserver<BatchPart> open = call;
    if (open != null && !reply.isDone()) {
      open.onCompleted();
    }
  }

  private void next(BatchPart part) throws InterruptedException {
    ClientCallStreamObserver<BatchPart> open = call;
    while (open != null && !open.isReady() && !reply.isDone()) {
      ready.acquire();
    }
    if (open != null && !reply.isDone()) {
      open.onNext(part);
    }
  }

  /** Nothing to cancel once it has ended. */
  private void cancel() {
    ClientCallStreamObserver<BatchPart> open = call;
    if (open != null && !reply.isDone()) {
      open.cancel("the review is not needed any more", null);
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<BatchPart> requestStream) {
    call = requestStream;
    requestStream.setOnReadyHandler(ready::release);
  }

  @Override
  public void onNext(Sealed message) {
    received = message;
  }

  @Override
  public void onError(Throwable error) {
    reply.completeExceptionally(error);
    ready.release();
  }

  @Override
  public void onCompleted() {
    Sealed message = received;
    if (message == null) {
      reply.completeExceptionally(
          Status.INTERNAL.withDescription("no review in the answer").asRuntimeException());
    } else {
      reply.complete(message);
    }
    ready.release();
  }
}
