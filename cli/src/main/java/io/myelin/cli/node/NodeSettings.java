package io.myelin.cli.node;

import io.myelin.cli.CommandException;
import io.myelin.compute.ComputeNodeSettings;
import io.myelin.protocol.ids.Address;
import java.nio.file.Path;

/** Settings of a compute node from what a user gave. */
final class NodeSettings {
  private NodeSettings() {}

  /** The defaults, bound to one gateway when {@code gatewayId} is not empty. */
  static ComputeNodeSettings of(Path folder, int slots, String gatewayId) {
    ComputeNodeSettings usual = ComputeNodeSettings.of(folder, slots);
    if (gatewayId.isEmpty()) {
      return usual;
    }
    try {
      return usual.withGateway(Address.parse(gatewayId));
    } catch (IllegalArgumentException e) {
      throw new CommandException("gateway-id: " + e.getMessage(), e);
    }
  }
}
