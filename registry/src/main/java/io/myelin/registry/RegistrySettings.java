package io.myelin.registry;

import io.myelin.protocol.ids.Address;

/**
 * What a registry node is started with.
 *
 * @param host address it listens on
 * @param port of its gRPC server; 0 for any free one
 * @param operator the key's address that signs its record
 * @param chainId of the network's chain
 * @param directory the contract that names all others
 * @param watchers most callers at a time that follow changes or wait to be registered
 */
public record RegistrySettings(
    String host, int port, Address operator, long chainId, Address directory, int watchers) {
  /** Checks the numbers. */
  public RegistrySettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to 65535)");
    }
    if (watchers < 1) {
      throw new IllegalArgumentException("watchers: " + watchers + " (expected: >= 1)");
    }
  }

  /** With as many watchers as is usual. */
  public static RegistrySettings of(
      String host, int port, Address operator, long chainId, Address directory) {
    return new RegistrySettings(host, port, operator, chainId, directory, 1_024);
  }
}
