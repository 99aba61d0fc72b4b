package io.myelin.compute.link;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.myelin.v1.GatewayComputeGrpc.GatewayComputeStub;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.NodeMessage;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Dials over gRPC, on an HTTP/2 connection of its own. */
public final class GrpcDialer implements Dialer {
  private static final int MAX_MESSAGE_BYTES = 32 << 20;
  private static final int FIRST_MESSAGES = 32;

  private final URI gateway;
  private final ClientFactory factory;
  private final GatewayComputeStub stub;

  /**
   * Prepares; nothing is opened yet.
   *
   * @param gateway {@code http://host:port} or {@code https://host:port}
   */
  public GrpcDialer(URI gateway) {
    String scheme = gateway.getScheme();
    if ((!"http".equals(scheme) && !"https".equals(scheme)) || gateway.getHost() == null) {
      throw new IllegalArgumentException(
          "gateway: " + gateway + " (expected: http://host:port or https://host:port)");
    }
    this.gateway = gateway;
    factory =
        ClientFactory.builder()
            .workerGroup(1)
            .connectTimeout(Duration.ofSeconds(5))
            // A peer that vanished without a word is found out by an unanswered ping.
            .pingInterval(Duration.ofSeconds(10))
            .idleTimeoutMillis(0)
            .build();
    stub =
        GrpcClients.builder("gproto+" + gateway)
            .factory(factory)
            .responseTimeoutMillis(0)
            .maxResponseLength(0)
            .maxResponseMessageLength(MAX_MESSAGE_BYTES)
            .build(GatewayComputeStub.class);
  }

  @Override
  public Stream dial(Receiver receiver) {
    Observer observer = new Observer(receiver);
    var _ = stub.connect(observer);
    return observer;
  }

  @Override
  public String target() {
    return gateway.toString();
  }

  @Override
  public void close() {
    var _ = factory.closeAsync();
  }

  private static final class Observer
      implements ClientResponseObserver<NodeMessage, GatewayMessage>, Stream {
    private final Receiver receiver;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable ClientCallStreamObserver<NodeMessage> call;

    Observer(Receiver receiver) {
      this.receiver = receiver;
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<NodeMessage> requestStream) {
      call = requestStream;
      requestStream.disableAutoRequestWithInitial(FIRST_MESSAGES);
    }

    @Override
    public void onNext(GatewayMessage message) {
      if (!closed.get()) {
        receiver.onMessage(message);
      }
    }

    @Override
    public void onError(Throwable error) {
      Status status = Status.fromThrowable(error);
      Throwable cause = status.getCause();
      String why = status.getCode() + ": " + status.getDescription();
      over(cause == null ? why : why + " (" + cause.getMessage() + ")");
    }

    @Override
    public void onCompleted() {
      over("the gateway closed the stream");
    }

    private void over(String why) {
      if (closed.compareAndSet(false, true)) {
        receiver.onClosed(why);
      }
    }

    @Override
    public synchronized void send(NodeMessage message) {
      if (call != null && !closed.get()) {
        call.onNext(message);
      }
    }

    @Override
    public synchronized void request(int messages) {
      if (call != null && !closed.get()) {
        call.request(messages);
      }
    }

    @Override
    public synchronized void finish() {
      if (call != null && !closed.get()) {
        call.onCompleted();
      }
    }

    @Override
    public void abort(String why) {
      synchronized (this) {
        if (call != null && !closed.get()) {
          call.cancel(why, null);
        }
      }
      over(why);
    }
  }
}
