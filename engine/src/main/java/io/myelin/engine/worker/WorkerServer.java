package io.myelin.engine.worker;

import io.myelin.engine.InferenceEngine;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Offers one engine over a Unix domain socket to any number of nodes up to a bound. */
final class WorkerServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerServer.class);
  private static final int MAX_CONNECTIONS = 64;

  private final InferenceEngine engine;
  private final ServerSocketChannel listener;
  private final Set<WorkerSession> sessions = ConcurrentHashMap.newKeySet();

  private WorkerServer(InferenceEngine engine, ServerSocketChannel listener) {
    this.engine = engine;
    this.listener = listener;
  }

  /** Binds and serves; the socket's folder keeps strangers out. */
  static WorkerServer listen(InferenceEngine engine, Path socket) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      listener.bind(UnixDomainSocketAddress.of(socket), MAX_CONNECTIONS);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
    WorkerServer server = new WorkerServer(engine, listener);
    Thread.ofPlatform().daemon().name("worker-accept").start(server::acceptAll);
    return server;
  }

  private void acceptAll() {
    while (listener.isOpen()) {
      try {
        SocketChannel socket = listener.accept();
        if (sessions.size() >= MAX_CONNECTIONS) {
          LOG.warn("connections: {} (expected: fewer); one more is turned away", sessions.size());
          socket.close();
          continue;
        }
        WorkerSession session = new WorkerSession(engine, socket, sessions::remove);
        sessions.add(session);
        session.start();
      } catch (IOException e) {
        if (listener.isOpen()) {
          LOG.warn("cannot accept: {}", e.toString());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    sessions.forEach(WorkerSession::close);
  }
}
