package io.myelin.chain;

import io.myelin.chain.testing.AnvilNode;
import io.myelin.chain.testing.TestNode;

final class AnvilAdapterIT extends AdapterChecks {
  @Override
  TestNode startNode() {
    return AnvilNode.start();
  }
}
