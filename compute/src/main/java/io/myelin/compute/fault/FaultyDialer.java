package io.myelin.compute.fault;

import com.google.protobuf.ByteString;
import io.myelin.compute.link.Dialer;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.Heartbeat;
import io.myelin.v1.NodeMessage;
import io.myelin.v1.TaskChunk;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Streams on which an honest node's messages are left out, changed or drowned. */
final class FaultyDialer implements Dialer {
  private static final int BOAST = 10;

  // What is not read yet waits in this process, which may be the whole network's.
  private static final int MOST_DROPS = 100_000;
  private static final long MOST_BYTES = 64 << 20;

  private final Dialer honest;
  private final List<Fault> faults;
  private final Consumer<String> crash;

  FaultyDialer(Dialer honest, List<Fault> faults, Consumer<String> crash) {
    this.honest = honest;
    this.faults = faults;
    this.crash = crash;
  }

  @Override
  public Stream dial(Receiver receiver) {
    AtomicBoolean over = new AtomicBoolean();
    return new FaultyStream(honest.dial(new FaultyReceiver(receiver, over)), over);
  }

  @Override
  public String target() {
    return honest.target();
  }

  @Override
  public void close() {
    honest.close();
  }

  private final class FaultyReceiver implements Receiver {
    private final Receiver receiver;
    private final AtomicBoolean over;

    FaultyReceiver(Receiver receiver, AtomicBoolean over) {
      this.receiver = receiver;
      this.over = over;
    }

    @Override
    public void onMessage(GatewayMessage message) {
      if (message.hasReveal() && faults.contains(new Fault.CrashBeforeCommit())) {
        crash.accept("between precommit and commit");
      } else {
        receiver.onMessage(message);
      }
    }

    @Override
    public void onClosed(String why) {
      over.set(true);
      receiver.onClosed(why);
    }
  }

  private final class FaultyStream implements Stream {
    private final Stream stream;
    private final AtomicBoolean over;
    private final AtomicBoolean flooding = new AtomicBoolean();

    FaultyStream(Stream stream, AtomicBoolean over) {
      this.stream = stream;
      this.over = over;
    }

    @Override
    public void send(NodeMessage message) {
      if (silent(message)) {
        return;
      }
      stream.send(boasted(message));
      for (Fault fault : faults) {
        if (fault instanceof Fault.Flood flood
            && message.hasAck()
            && flooding.compareAndSet(false, true)) {
          NodeMessage drop = drop(message, flood.kibibytes());
          var _ = Thread.ofVirtual().name("fault-flood").start(() -> pour(drop));
        }
      }
    }

    private void pour(NodeMessage drop) {
      long bytes = 0;
      for (int sent = 0; !over.get() && sent < MOST_DROPS && bytes < MOST_BYTES; sent++) {
        stream.send(drop);
        bytes += drop.getSerializedSize();
      }
    }

    @Override
    public void request(int messages) {
      stream.request(messages);
    }

    @Override
    public void finish() {
      over.set(true);
      stream.finish();
    }

    @Override
    public void abort(String why) {
      over.set(true);
      stream.abort(why);
    }
  }

  private boolean silent(NodeMessage message) {
    return switch (message.getKindCase()) {
      case ACK -> faults.contains(new Fault.Silent(Fault.Stage.ACK));
      case PRECOMMIT -> faults.contains(new Fault.Silent(Fault.Stage.PRECOMMIT));
      case COMMIT -> faults.contains(new Fault.Silent(Fault.Stage.COMMIT));
      default -> false;
    };
  }

  private NodeMessage boasted(NodeMessage message) {
    if (!message.hasHeartbeat() || !faults.contains(new Fault.BoastSpeed())) {
      return message;
    }
    Heartbeat honestly = message.getHeartbeat();
    return message.toBuilder()
        .setHeartbeat(
            honestly.toBuilder()
                .setDecodeMillitokensPerSecond(BOAST * honestly.getDecodeMillitokensPerSecond()))
        .build();
  }

  /** One of the messages of a flood: a heartbeat, or a chunk of the task that was just taken. */
  private static NodeMessage drop(NodeMessage ack, int kibibytes) {
    if (kibibytes == 0) {
      return NodeMessage.newBuilder().setHeartbeat(Heartbeat.getDefaultInstance()).build();
    }
    return NodeMessage.newBuilder()
        .setChunk(
            TaskChunk.newBuilder()
                .setTaskId(ack.getAck().getTaskId())
                .setAttempt(ack.getAck().getAttempt())
                .setChunk(
                    GeneratedChunk.newBuilder()
                        .addTokens(1)
                        .setText(ByteString.copyFromUtf8("x".repeat(kibibytes * 1_024)))))
        .build();
  }
}
