package io.myelin.cli.account;

import io.myelin.cli.CommandGroup;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A client's key in an encrypted keystore. */
@Command(
    name = "account",
    mixinStandardHelpOptions = true,
    description = {
      "Keys in encrypted keystores (Web3 secret storage, as wallets read and write).",
      "Balances and deposits need a chain, which is not here yet."
    },
    synopsisSubcommandLabel = "(new | show)",
    footer = {
      "",
      "Examples:",
      "  ./myelin account new",
      "  ./myelin account show --keystore account.json --password-file password.txt"
    })
public final class AccountCommand extends CommandGroup {

  @Command(
      name = "new",
      mixinStandardHelpOptions = true,
      description = "Make a key and write it, encrypted, to a new file with mode 600.",
      footer = {
        "",
        "Examples:",
        "  ./myelin account new",
        "  ./myelin account new --keystore account.json --password-file password.txt",
        "",
        "Whoever loses the file or its password has lost the account."
      })
  int create(
      @Option(
              names = "--keystore",
              paramLabel = "FILE",
              description =
                  "Where to write it; never overwritten. Default: in the user's"
                      + " configuration folder.")
          @Nullable Path keystore,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "The password, in its first line. Default: asked for.")
          @Nullable Path passwordFile) {
    Path file = keystore != null ? keystore : Keystores.usual();
    OperatorKey key = Keystores.create(file, passwordFile);
    PrintWriter out = out();
    out.println(key.address());
    out.println(
        "written to " + file + "; keep a copy of it and its password apart from each other");
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Open a keystore and print the address of its key.",
      footer = {"", "Example:", "  ./myelin account show --keystore account.json"})
  int show(
      @Option(
              names = "--keystore",
              paramLabel = "FILE",
              description = "Default: in the user's configuration folder.")
          @Nullable Path keystore,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "The password, in its first line. Default: asked for.")
          @Nullable Path passwordFile) {
    PrintWriter out = out();
    out.println(
        Keystores.open(keystore != null ? keystore : Keystores.usual(), passwordFile).address());
    out.flush();
    return CommandLine.ExitCode.OK;
  }
}
