package io.myelin.cli.node;

import java.io.IOException;

/**
 * Ends this process when the one that started it is gone. The parent holds the other end of
 * standard input, which the system closes however the parent dies.
 */
public final class ParentWatch {
  private ParentWatch() {}

  /** Starts to watch; {@code whenGone} is called at most once, on a thread of its own. */
  public static void start(Runnable whenGone) {
    Thread.ofPlatform()
        .daemon()
        .name("parent-watch")
        .start(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // The parent never writes; whatever comes is ignored.
                }
              } catch (IOException e) {
                // As good as closed.
              }
              whenGone.run();
            });
  }
}
