package io.myelin.cli.devnet;

import io.myelin.cli.node.ValidatorHost;
import io.myelin.protocol.ids.Address;
import java.util.concurrent.CompletableFuture;

/** A validator in this process. */
record LocalValidator(String name, ValidatorHost host) implements Member {

  @Override
  public Address id() {
    return host.id();
  }

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
    host.close();
  }
}
