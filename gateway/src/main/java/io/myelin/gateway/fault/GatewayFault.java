package io.myelin.gateway.fault;

import io.myelin.gateway.chain.Conduct;
import java.util.Locale;

/** One way of a gateway to cheat on purpose. */
public sealed interface GatewayFault {

  /** What {@link #parse} understands, for help and error messages. */
  String SYNTAX = "inflate, drop-receipts, favour";

  /** Claims twice what the receipts say. */
  record Inflate() implements GatewayFault {}

  /** Settles no receipt of the node that did a session's first task. */
  record DropReceipts() implements GatewayFault {}

  /** Opens sessions with a node of its own before those that were drawn. */
  record Favour() implements GatewayFault {}

  /** What such a gateway does in place of an honest one. */
  default Conduct conduct() {
    return switch (this) {
      case Inflate _ -> new InflatingConduct();
      case DropReceipts _ -> new DroppingConduct();
      case Favour _ -> new FavouringConduct();
    };
  }

  /** Its name in options. */
  default String label() {
    return switch (this) {
      case Inflate _ -> "inflate";
      case DropReceipts _ -> "drop-receipts";
      case Favour _ -> "favour";
    };
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException naming what is understood
   */
  static GatewayFault parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "inflate" -> new Inflate();
      case "drop-receipts" -> new DropReceipts();
      case "favour" -> new Favour();
      default ->
          throw new IllegalArgumentException(
              "fault: " + text + " (expected: one of " + SYNTAX + ")");
    };
  }
}
