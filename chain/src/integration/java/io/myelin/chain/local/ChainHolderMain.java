package io.myelin.chain.local;

import io.myelin.chain.testing.AnvilNode;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;

/** Starts a chain, says its process ids, and holds it until it is killed. */
final class ChainHolderMain {
  private ChainHolderMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    LocalChain chain = LocalChain.start(LocalChainSettings.forgetful(AnvilNode.root()));
    System.out.println(
        chain.processIds().stream().map(String::valueOf).collect(Collectors.joining(" ")));
    new CountDownLatch(1).await();
  }
}
