package io.myelin.cli.chain;

import io.myelin.cli.CommandException;
import io.myelin.cli.account.Keystores;
import io.myelin.cli.node.KeyFile;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Options of a command that acts for an account: where its key is. */
public final class KeyOptions {
  @ArgGroup(exclusive = true, multiplicity = "0..1")
  private @Nullable Source source;

  /** One of two. */
  static final class Source {
    @Option(
        names = "--keystore",
        paramLabel = "FILE",
        description =
            "The account's key as an encrypted keystore. Default: at a devnet its client's key,"
                + " elsewhere account.json in the user's configuration folder.")
    @Nullable Path keystore;

    @Option(
        names = "--key-file",
        paramLabel = "FILE",
        description = "The account's key as 64 hex digits, mode 600.")
    @Nullable Path keyFile;
  }

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "The keystore's password, in the first line. Default: asked for.")
  private @Nullable Path passwordFile;

  /**
   * Opens the key.
   *
   * @throws CommandException when there is none, or it does not open
   */
  public OperatorKey open(ChainAccess network) {
    if (source != null && source.keyFile != null) {
      refuseAPassword();
      return KeyFile.read(source.keyFile);
    }
    if (source == null || source.keystore == null) {
      Optional<Path> devnet = network.devnetKey();
      if (devnet.isPresent()) {
        refuseAPassword();
        return KeyFile.read(devnet.get());
      }
    }
    return Keystores.open(keystore(), passwordFile);
  }

  /** Whether no key was named. */
  boolean isUnset() {
    return source == null;
  }

  /** Whose key it is, without a password where the keystore says it. */
  public Address address(ChainAccess network) {
    boolean isKeystore = source == null ? network.devnetKey().isEmpty() : source.keystore != null;
    if (isKeystore && Files.isReadable(keystore())) {
      Optional<Address> written = Keystores.addressIn(keystore());
      if (written.isPresent()) {
        return written.get();
      }
    }
    return open(network).address();
  }

  private Path keystore() {
    return source != null && source.keystore != null ? source.keystore : Keystores.usual();
  }

  private void refuseAPassword() {
    if (passwordFile != null) {
      throw CommandException.usage("--password-file belongs to --keystore");
    }
  }
}
