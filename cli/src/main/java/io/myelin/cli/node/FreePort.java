package io.myelin.cli.node;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** For servers whose port is told to others before they listen. */
final class FreePort {
  private FreePort() {}

  /**
   * The port, or for 0 one that is free now.
   *
   * @throws IOException when nothing can be bound at this address
   */
  static int chosen(String host, int port) throws IOException {
    if (port != 0) {
      return port;
    }
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(InetAddress.getByName(host), 0));
      return probe.getLocalPort();
    }
  }
}
