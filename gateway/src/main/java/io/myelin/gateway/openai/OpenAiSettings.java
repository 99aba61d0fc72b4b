package io.myelin.gateway.openai;

/**
 * How the OpenAI front behaves.
 *
 * @param commentIntervalMillis after this long without a byte a stream gets a comment line
 * @param windowChunks chunks of one task that may be on their way to a client
 * @param drainMillis how long the end of a stream may wait for its reader before the connection
 *     goes
 * @param maxBodyBytes largest request body
 * @param baseUrl what the receipt's URL begins with, without a slash at the end
 * @param softwareVersion part of {@code system_fingerprint}
 */
public record OpenAiSettings(
    long commentIntervalMillis,
    int windowChunks,
    long drainMillis,
    int maxBodyBytes,
    String baseUrl,
    String softwareVersion) {

  /** Checks ranges. */
  public OpenAiSettings {
    atLeast("commentIntervalMillis", commentIntervalMillis, 1);
    atLeast("windowChunks", windowChunks, 2);
    atLeast("drainMillis", drainMillis, 1);
    atLeast("maxBodyBytes", maxBodyBytes, 1024);
    if (baseUrl.endsWith("/")) {
      throw new IllegalArgumentException(
          "baseUrl: " + baseUrl + " (expected: no slash at the end)");
    }
  }

  /** Comments every 5 s, 64 chunks of window, 30 s to drain, bodies up to 10 MiB. */
  public static OpenAiSettings standard(String baseUrl, String softwareVersion) {
    return new OpenAiSettings(5_000, 64, 30_000, 10 * 1024 * 1024, baseUrl, softwareVersion);
  }

  private static void atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
    }
  }
}
