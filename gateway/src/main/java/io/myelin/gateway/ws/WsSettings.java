package io.myelin.gateway.ws;

/**
 * How the WebSocket front behaves.
 *
 * @param maxFrameBytes most bytes of one message
 * @param maxOutstanding most tasks followed on one connection at once
 * @param windowChunks chunks of one task that may be on their way
 * @param maxBadFrames messages that could not be read until the connection is closed
 * @param helloMillis how long the first frame may take
 * @param pingMillis how often a ping goes out; after three without an answer the connection is
 *     closed
 */
public record WsSettings(
    int maxFrameBytes,
    int maxOutstanding,
    int windowChunks,
    int maxBadFrames,
    long helloMillis,
    long pingMillis) {

  /** 10 MiB messages, 64 tasks, 32 chunks each, 16 bad frames, 10 s for hello, pings every 20 s. */
  public static final WsSettings DEFAULTS =
      new WsSettings(10 * 1024 * 1024, 64, 32, 16, 10_000, 20_000);

  /** Checks ranges. */
  public WsSettings {
    atLeast("maxFrameBytes", maxFrameBytes, 1024);
    atLeast("maxOutstanding", maxOutstanding, 1);
    atLeast("windowChunks", windowChunks, 1);
    atLeast("maxBadFrames", maxBadFrames, 1);
    atLeast("helloMillis", helloMillis, 1);
    atLeast("pingMillis", pingMillis, 1);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
