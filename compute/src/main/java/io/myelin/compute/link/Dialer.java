package io.myelin.compute.link;

import io.myelin.v1.GatewayMessage;
import io.myelin.v1.NodeMessage;

/** Opens streams to a gateway. */
public interface Dialer extends AutoCloseable {

  /** What a stream brings. Calls come one after another. */
  interface Receiver {
    /** A message; the next ones come as far as {@link Stream#request} allows. */
    void onMessage(GatewayMessage message);

    /** The stream is over, and why; nothing follows. */
    void onClosed(String why);
  }

  /** One open stream. Methods may be called from any thread and do not block. */
  interface Stream {
    /** Sends, or does nothing when the stream is over. */
    void send(NodeMessage message);

    /** Allows this many more messages in. */
    void request(int messages);

    /** Ends orderly: what was sent arrives. */
    void finish();

    /** Cuts the stream. */
    void abort(String why);
  }

  /** Dials; failures come through the receiver. */
  Stream dial(Receiver receiver);

  /** Where it dials to, for logs. */
  String target();

  @Override
  void close();
}
