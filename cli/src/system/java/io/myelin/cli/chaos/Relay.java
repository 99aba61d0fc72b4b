package io.myelin.cli.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Hands connections on to a port of this machine's loopback interface, byte by byte. */
final class Relay implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2_000;

  private final ServerSocket server;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private Relay(ServerSocket server, int target) {
    this.server = server;
    this.target = target;
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  /** Listens at an address of this machine, at the same port. */
  static Relay start(String host, int port) throws IOException {
    return new Relay(new ServerSocket(port, 64, InetAddress.getByName(host)), port);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket from = server.accept();
        open.add(from);
        Thread.ofVirtual().start(() -> connect(from));
      } catch (IOException e) {
        // Closed, or one connection less.
      }
    }
  }

  private void connect(Socket from) {
    try {
      Socket to = new Socket();
      open.add(to);
      to.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), CONNECT_MILLIS);
      Thread.ofVirtual().start(() -> pump(to, from));
      pump(from, to);
    } catch (IOException e) {
      close(from);
    }
  }

  private void pump(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // One side is gone: so is the other.
    } finally {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(this::close);
  }
}
