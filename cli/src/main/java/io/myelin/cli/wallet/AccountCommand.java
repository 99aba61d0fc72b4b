package io.myelin.cli.wallet;

import io.myelin.cli.CommandGroup;
import io.myelin.cli.account.Keystores;
import io.myelin.cli.money.MoneyCommand;
import io.myelin.cli.node.KeyFile;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Accounts: their keys, and their money. */
@Command(
    name = "account",
    mixinStandardHelpOptions = true,
    description = {
      "Accounts: keys in encrypted keystores, and where their money is.",
      "The keystores are Web3 secret storage, as wallets read and write."
    },
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ShowCommand.class,
      BalanceCommand.class,
      MoneyCommand.class,
      SendCommand.class,
      ApproveCommand.class,
      WithdrawCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  ./myelin account new                         make a key",
      "  ./myelin account show                        what it has",
      "  ./myelin account money                       where every wei is, and how to get it",
      "  ./myelin account send 12.5 0x1f9a...",
      "  ./myelin account withdraw                    fetch what was credited",
      "",
      "Amounts are tokens of the network: 12.5, \"12.5 MYL\", 1000wei. Without --rpc and",
      "--directory the commands talk to the devnet that runs on this machine."
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
    return written(Keystores.create(file, passwordFile), file);
  }

  @Command(
      name = "import",
      mixinStandardHelpOptions = true,
      description = "Bring a key that lies in the open into an encrypted keystore.",
      footer = {
        "",
        "Example:",
        "  ./myelin account import --key-file key.hex --keystore account.json",
        "",
        "The key file has 64 hex digits and mode 600; delete it afterwards. A keystore of another",
        "wallet needs no import: give it as --keystore."
      })
  int bringIn(
      @Option(
              names = "--key-file",
              required = true,
              paramLabel = "FILE",
              description = "The key as 64 hex digits; never as an argument.")
          Path keyFile,
      @Option(
              names = "--keystore",
              paramLabel = "FILE",
              description = "Where to write it; never overwritten. Default: as account new.")
          @Nullable Path keystore,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "The new password, in its first line. Default: asked for.")
          @Nullable Path passwordFile) {
    Path file = keystore != null ? keystore : Keystores.usual();
    return written(Keystores.store(file, KeyFile.read(keyFile), passwordFile), file);
  }

  private int written(OperatorKey key, Path file) {
    PrintWriter out = out();
    out.println(key.address());
    out.println(
        "written to " + file + "; keep a copy of it and its password apart from each other");
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "The keystores in the user's configuration folder.",
      footer = {"", "Example:", "  ./myelin account list"})
  int list() {
    PrintWriter out = out();
    List<Path> files = Keystores.all();
    if (files.isEmpty()) {
      out.println("No keystore yet: ./myelin account new makes one.");
    }
    for (Path file : files) {
      out.println(Keystores.addressIn(file).map(Address::toString).orElse("?") + "  " + file);
    }
    out.flush();
    return CommandLine.ExitCode.OK;
  }

  @Command(
      name = "export-address",
      mixinStandardHelpOptions = true,
      description = {
        "Print the address of a keystore, for others to send to.",
        "Needs no password: it is what the file says. With --check the key is opened, which proves it."
      },
      footer = {
        "",
        "Examples:",
        "  ./myelin account export-address",
        "  ./myelin account export-address --keystore account.json --check"
      })
  int exportAddress(
      @Option(
              names = "--keystore",
              paramLabel = "FILE",
              description = "Default: in the user's configuration folder.")
          @Nullable Path keystore,
      @Option(
              names = "--check",
              description = "Open the key: what the file says must be its address.")
          boolean check,
      @Option(
              names = "--password-file",
              paramLabel = "FILE",
              description = "With --check: the password, in its first line. Default: asked for.")
          @Nullable Path passwordFile) {
    Path file = keystore != null ? keystore : Keystores.usual();
    // Opening it also holds what the file says to its key.
    Address address =
        (check ? Optional.<Address>empty() : Keystores.addressIn(file))
            .orElseGet(() -> Keystores.open(file, passwordFile).address());
    out().println(address);
    out().flush();
    return CommandLine.ExitCode.OK;
  }
}
