package io.myelin.cli.stake;

import io.myelin.cli.CommandException;
import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.NodeLook;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.reputation.Suspension;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which verdict of fraud is meant. */
final class VerdictOptions {
  @Option(
      names = "--verdict",
      paramLabel = "DIGEST",
      description = "The verdict's evidence, of an older verdict. Default: the last one's.")
  private @Nullable String verdict;

  /**
   * The evidence that it names.
   *
   * @throws CommandException when it is no digest, or none is given and the node is not suspended
   */
  Digest of(ChainAccess network, Address node) {
    if (verdict != null) {
      try {
        return Digest.parse(verdict.replaceFirst("^0x", ""));
      } catch (IllegalArgumentException e) {
        throw CommandException.usage("--verdict: " + e.getMessage());
      }
    }
    return new NodeLook(network)
        .lastFraud(node)
        .map(Suspension::evidence)
        .orElseThrow(
            () ->
                new CommandException(
                    "node "
                        + node
                        + " is not suspended by a verdict of fraud (an older verdict: --verdict"
                        + " DIGEST)"));
  }
}
