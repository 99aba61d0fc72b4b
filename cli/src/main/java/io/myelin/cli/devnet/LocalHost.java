package io.myelin.cli.devnet;

import io.myelin.protocol.ids.Address;
import java.util.concurrent.CompletableFuture;

/**
 * A gateway or validator in this process.
 *
 * @param close stops it, and returns when it has stopped
 */
record LocalHost(String name, Address id, Runnable close) implements Member {

  @Override
  public long pid() {
    return ProcessHandle.current().pid();
  }

  @Override
  public CompletableFuture<String> ended() {
    return new CompletableFuture<>();
  }

  @Override
  public void stop() {}

  @Override
  public void awaitStopped() {
    close.run();
  }
}
