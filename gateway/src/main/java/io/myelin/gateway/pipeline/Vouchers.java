package io.myelin.gateway.pipeline;

import com.google.protobuf.ByteString;
import io.myelin.gateway.hub.NodeLink;
import io.myelin.gateway.journal.Earnings;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.typeddata.NodeVoucher;
import io.myelin.v1.GatewayMessage;
import io.myelin.v1.Voucher;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs for nodes what they have earned, once that is in the journal. Off the relay's loops, since
 * it reads the disk; two vouchers may overtake each other, and a node keeps the greater.
 */
final class Vouchers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Vouchers.class);

  private final GatewayIdentity identity;
  private final Earnings earnings;
  private final ExecutorService work =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("gateway-vouchers").factory());

  Vouchers(GatewayIdentity identity, Earnings earnings) {
    this.identity = identity;
    this.earnings = earnings;
  }

  /** After a task: what its nodes have earned in the session now. */
  void afterTask(String sessionId, List<NodeLink> nodes) {
    if (nodes.isEmpty()) {
      return;
    }
    run(
        () -> {
          for (Earnings.Total total : earnings.ofSession(sessionId)) {
            nodes.stream()
                .filter(node -> node.node().equals(total.node()))
                .forEach(node -> send(node, total));
          }
        });
  }

  /** A node that connects may have missed some. */
  void afterConnect(NodeLink node) {
    run(() -> earnings.ofNode(node.node()).forEach(total -> send(node, total)));
  }

  private void run(Runnable task) {
    try {
      work.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException e) {
              log.warn("vouchers: {}", e.toString());
            }
          });
    } catch (RejectedExecutionException e) {
      // The gateway stops; nodes get theirs when they connect again.
      log.debug("vouchers: {}", e.toString());
    }
  }

  private void send(NodeLink link, Earnings.Total total) {
    SessionId session = SessionId.parse(total.sessionId());
    NodeVoucher voucher = new NodeVoucher(session, total.node(), total.tasks(), total.earnedWei());
    Signature signature = identity.key().sign(identity.domain().digest(voucher));
    link.send(
        GatewayMessage.newBuilder()
            .setVoucher(
                Voucher.newBuilder()
                    .setSessionId(ByteString.copyFrom(session.bytes()))
                    .setTasks(total.tasks())
                    .setEarnedWei(ByteString.copyFrom(total.earnedWei().toByteArray()))
                    .setSignature(ByteString.copyFrom(signature.bytes())))
            .build());
  }

  @Override
  public void close() {
    work.shutdownNow();
  }
}
