package io.myelin.validator;

import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.myelin.committee.RollCall;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.SealCodec;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.BatchPart;
import io.myelin.v1.DescribeRequest;
import io.myelin.v1.ExtendRequest;
import io.myelin.v1.JudgeAppealRequest;
import io.myelin.v1.JudgeRequest;
import io.myelin.v1.JudgeWorkRequest;
import io.myelin.v1.RevealRequest;
import io.myelin.v1.Revealed;
import io.myelin.v1.Sealed;
import io.myelin.v1.ValidatorGrpc.ValidatorBlockingStub;
import io.myelin.v1.ValidatorGrpc.ValidatorStub;
import java.net.URI;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets another validator read: whatever it is asked it asks that one, and gives the other's seal
 * and verdict out as its own. It sees what any asker sees, which is all that can be copied.
 */
final class Copycat extends ValidatorService {
  private static final Duration WAIT = Duration.ofSeconds(20);

  private final ChainView view;
  private final OperatorKey key;
  private final RollCall others;
  private @Nullable Model model;

  /** Whom it copies; always the same one, which alone can open its seals. */
  private record Model(ValidatorBlockingStub calls, ValidatorStub streams) {}

  Copycat(
      ChainView view,
      OperatorKey key,
      Signer signer,
      ValidatorConfig config,
      RollCall others,
      WorkDesk desk,
      OwnModels models,
      LongSupplier nanoClock) {
    super(view, key, signer, config, others, desk, models, nanoClock);
    this.view = view;
    this.key = key;
    this.others = others;
  }

  private synchronized Model model() {
    Model known = model;
    if (known != null) {
      return known;
    }
    for (URI url : others.whereabouts()) {
      ValidatorBlockingStub calls =
          GrpcClients.builder("gproto+" + url)
              .responseTimeout(WAIT)
              .build(ValidatorBlockingStub.class);
      if (isAnother(calls)) {
        Model found =
            new Model(
                calls,
                GrpcClients.builder("gproto+" + url)
                    .responseTimeout(WAIT)
                    .build(ValidatorStub.class));
        model = found;
        return found;
      }
    }
    throw Status.UNAVAILABLE.withDescription("there is nobody to copy").asRuntimeException();
  }

  private boolean isAnother(ValidatorBlockingStub calls) {
    try {
      return !calls
          .describe(DescribeRequest.getDefaultInstance())
          .getOperator()
          .equals(Fields.bytes(key.address()));
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** The other's seal with this validator's name and signature. */
  private Sealed own(Sealed copied) {
    SignedSeal seal = SealCodec.seal(copied);
    return SealCodec.sealed(
        new SignedSeal(
            key.address(), seal.seal(), key.sign(view.network().domain().digest(seal.seal()))));
  }

  private <T> void copy(StreamObserver<T> client, Function<ValidatorBlockingStub, T> ask) {
    try {
      client.onNext(ask.apply(model().calls()));
      client.onCompleted();
    } catch (StatusRuntimeException e) {
      client.onError(e);
    }
  }

  @Override
  public void approve(ApproveRequest request, StreamObserver<Sealed> client) {
    copy(client, other -> own(other.approve(request)));
  }

  @Override
  public void extend(ExtendRequest request, StreamObserver<Sealed> client) {
    copy(client, other -> own(other.extend(request)));
  }

  @Override
  public void judge(JudgeRequest request, StreamObserver<Sealed> client) {
    copy(client, other -> own(other.judge(request)));
  }

  @Override
  public void judgeWork(JudgeWorkRequest request, StreamObserver<Sealed> client) {
    copy(client, other -> own(other.judgeWork(request)));
  }

  @Override
  public void judgeAppeal(JudgeAppealRequest request, StreamObserver<Sealed> client) {
    copy(client, other -> own(other.judgeAppeal(request)));
  }

  @Override
  public StreamObserver<BatchPart> review(StreamObserver<Sealed> client) {
    return model()
        .streams()
        .review(
            new StreamObserver<>() {
              @Override
              public void onNext(Sealed sealed) {
                client.onNext(own(sealed));
              }

              @Override
              public void onError(Throwable error) {
                client.onError(error);
              }

              @Override
              public void onCompleted() {
                client.onCompleted();
              }
            });
  }

  @Override
  public void reveal(RevealRequest request, StreamObserver<Revealed> client) {
    copy(client, other -> other.reveal(request));
  }
}
