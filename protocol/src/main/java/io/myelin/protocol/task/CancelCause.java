package io.myelin.protocol.task;

import java.util.Locale;

/** Who or what cancelled a task. */
public enum CancelCause {
  /** The client of a live task left. */
  CLIENT_LEFT("cancelled", true),
  /** The client asked for it. */
  CLIENT_ASKED("cancelled", true),
  /** The client read too slowly for too long. */
  SLOW_READER("slow_reader", true),
  /** The session ended. */
  SESSION_ENDED("session_ended", false),
  /** The gateway shuts down. */
  SHUTTING_DOWN("gateway_shutting_down", false);

  private final String code;
  private final boolean clientFault;

  CancelCause(String code, boolean clientFault) {
    this.code = code;
    this.clientFault = clientFault;
  }

  /** The code a client is told. */
  public String code() {
    return code;
  }

  /** Whether the client caused it. */
  public boolean clientFault() {
    return clientFault;
  }

  /** For people. */
  public String message() {
    return "cancelled: " + name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
