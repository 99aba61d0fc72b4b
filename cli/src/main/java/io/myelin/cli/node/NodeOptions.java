package io.myelin.cli.node;

import io.myelin.cli.Folders;
import io.myelin.protocol.crypto.OperatorKey;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every node: its configuration file, its folder, its key. */
final class NodeOptions {
  @Option(names = "--config", paramLabel = "FILE", description = "Settings as a properties file.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where its key and all it keeps lie; one folder for each node.")
  private @Nullable String data;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The operator key; made when absent. Default: operator.key in the data folder.")
  private @Nullable String key;

  @Option(names = "--child", hidden = true, description = "End when standard input ends.")
  private boolean child;

  ConfigFile file(Set<String> known) {
    return ConfigFile.read(config, known);
  }

  /** The data folder, by default one of this name in the user's state folder. */
  Path folder(ConfigFile file, String usual) {
    return Path.of(file.text("data", data, Folders.state().resolve(usual).toString()));
  }

  OperatorKey operatorKey(ConfigFile file, Path folder) {
    return KeyFile.loadOrCreate(
        Path.of(file.text("key", key, folder.resolve("operator.key").toString())));
  }

  /** Calls back when the process that started this one is gone, if this one is its child. */
  void watchParent(Runnable gone) {
    if (child) {
      ParentWatch.start(gone);
    }
  }
}
