package io.myelin.chain.rpc;

import java.net.ConnectException;
import java.net.http.HttpTimeoutException;

/** What an I/O failure means, in words that hold no address: an address may hold an API key. */
final class Reasons {
  private Reasons() {}

  static String of(Throwable cause) {
    return switch (cause) {
      case HttpTimeoutException _ -> "no answer in time";
      case ConnectException _ -> "nothing listens there, or it cannot be reached";
      default -> {
        String message = cause.getMessage();
        yield message == null || message.contains("://")
            ? cause.getClass().getSimpleName()
            : message;
      }
    };
  }
}
