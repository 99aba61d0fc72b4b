package io.myelin.cli.devnet;

import io.myelin.protocol.ids.Address;
import java.util.concurrent.CompletableFuture;

/** One node of the devnet, in this process or in one of its own. */
interface Member {

  /** What it is called, such as {@code compute 2}. */
  String name();

  /** Its address. */
  Address id();

  /** Process it runs in. */
  long pid();

  /** Done when it has ended without being asked to, with the reason. */
  CompletableFuture<String> ended();

  /** Asks it to stop; returns at once. */
  void stop();

  /** Waits until it has stopped; ends it hard when it takes too long. */
  void awaitStopped();
}
