package io.myelin.cli.subnet;

import io.myelin.cli.CommandException;
import io.myelin.protocol.ids.Address;

/** What only the owner of a subnet may do. */
final class SubnetOwner {
  private SubnetOwner() {}

  /** Refuses another key, and says whose it must be. */
  static void require(SubnetState subnet, Address key, String command) {
    if (!subnet.owner().equals(key)) {
      throw new CommandException(
          "subnet 0x"
              + subnet.id()
              + " belongs to "
              + subnet.owner()
              + ", and this key is of "
              + key
              + ": its owner has to say ./myelin "
              + command
              + ", or give the owner's key with --keystore or --key-file");
    }
  }
}
