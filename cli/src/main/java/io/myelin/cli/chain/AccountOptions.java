package io.myelin.cli.chain;

import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of a command that only looks: whose account. No key is opened where none is needed. */
public final class AccountOptions {
  @Option(
      names = "--account",
      paramLabel = "ADDRESS",
      description = "Any account; no key is needed to look. Default: the key's.")
  private @Nullable String account;

  @Mixin private KeyOptions keys = new KeyOptions();

  /**
   * The account.
   *
   * @throws CommandException when it is no address, or there is no key to take it from
   */
  public Address of(ChainAccess network) {
    if (account != null) {
      return address("--account", account);
    }
    Optional<Address> client = network.devnetClient();
    return client.isPresent() && keys.isUnset() ? client.get() : keys.address(network);
  }

  /**
   * Reads an address that a user typed.
   *
   * @param option where it was typed, for the message
   */
  public static Address address(String option, String text) {
    try {
      return Address.parse(text);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(option + ": " + e.getMessage());
    }
  }
}
