package io.myelin.chain;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.myelin.chain.testing.GethNode;
import io.myelin.chain.testing.TestNode;
import java.nio.file.Path;
import java.util.Optional;

/** The same checks on a second, real execution client. */
final class GethAdapterIT extends AdapterChecks {
  @Override
  TestNode startNode() throws Exception {
    Optional<Path> geth = GethNode.find();
    assumeTrue(geth.isPresent(), "skipped: there is no geth on the PATH");
    return GethNode.start(geth.orElseThrow());
  }
}
