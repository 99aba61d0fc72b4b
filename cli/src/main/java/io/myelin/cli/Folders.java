package io.myelin.cli;

import java.nio.file.Path;

/** Where Myelin keeps a user's files, after the XDG base directory specification. */
public final class Folders {
  private Folders() {}

  /** State that survives restarts: the devnet's data, journals, logs. */
  public static Path state() {
    return base("XDG_STATE_HOME", ".local/state");
  }

  /** Configuration: catalogue additions, keystores. */
  public static Path config() {
    return base("XDG_CONFIG_HOME", ".config");
  }

  /** What can be fetched again: model files. */
  public static Path cache() {
    return base("XDG_CACHE_HOME", ".cache");
  }

  /** The devnet's data folder when {@code --data} is not given. */
  public static Path devnet() {
    return state().resolve("devnet");
  }

  private static Path base(String variable, String fallback) {
    String set = System.getenv(variable);
    Path base =
        set == null || set.isBlank()
            ? Path.of(System.getProperty("user.home"), fallback)
            : Path.of(set);
    return base.resolve("myelin");
  }
}
