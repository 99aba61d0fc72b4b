package io.myelin.cli.stake;

import io.myelin.cli.CommandException;
import io.myelin.cli.account.Keystores;
import io.myelin.cli.node.KeyFile;
import io.myelin.protocol.crypto.OperatorKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where the operator's key is: the one that works, apart from the owner's. */
final class OperatorOptions {
  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private @Nullable Source source;

  /** One of two. */
  static final class Source {
    @Option(
        names = "--operator-key",
        paramLabel = "FILE",
        description = "The operator's key as 64 hex digits, mode 600: the node's own key file.")
    @Nullable Path keyFile;

    @Option(
        names = "--operator-keystore",
        paramLabel = "FILE",
        description = "The operator's key as an encrypted keystore.")
    @Nullable Path keystore;
  }

  @Option(
      names = "--operator-password-file",
      paramLabel = "FILE",
      description = "That keystore's password, in the first line. Default: asked for.")
  private @Nullable Path passwordFile;

  /** Opens it. */
  OperatorKey open() {
    if (source != null && source.keyFile != null) {
      return KeyFile.read(source.keyFile);
    }
    if (source != null && source.keystore != null) {
      return Keystores.open(source.keystore, passwordFile);
    }
    throw CommandException.usage(
        "no operator key (expected: --operator-key FILE or --operator-keystore FILE, the key that"
            + " the node, gateway or validator runs with; it signs that it works for you)");
  }
}
