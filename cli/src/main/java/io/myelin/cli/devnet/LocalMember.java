package io.myelin.cli.devnet;

import io.myelin.cli.node.QueueHost;
import io.myelin.compute.ComputeNode;
import io.myelin.protocol.ids.Address;
import java.util.concurrent.CompletableFuture;

/** A compute node in this process. */
record LocalMember(String name, ComputeNode node, QueueHost queue) implements Member {

  @Override
  public Address id() {
    return node.address();
  }

  @Override
  public long pid() {
    return ProcessHandle.current().pid();
  }

  @Override
  public CompletableFuture<String> ended() {
    return node.exit().thenApply(exit -> exit.message());
  }

  @Override
  public void stop() {
    var _ = node.drain("the devnet stops");
  }

  @Override
  public void awaitStopped() {
    node.exit().join();
    queue.close();
  }
}
