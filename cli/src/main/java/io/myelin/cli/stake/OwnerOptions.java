package io.myelin.cli.stake;

import io.myelin.cli.chain.ChainAccess;
import io.myelin.cli.chain.Confirmation;
import io.myelin.cli.chain.KeyOptions;
import io.myelin.cli.chain.NetworkOptions;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;

/**
 * Options of every command that changes a stake: the network, the owner's key, and whether to ask.
 */
final class OwnerOptions {
  @Mixin private NetworkOptions where = new NetworkOptions();

  @Mixin private KeyOptions keys = new KeyOptions();

  @Mixin private Confirmation confirmation = new Confirmation();

  /** Opens the network and the owner's key. */
  Desk open(PrintWriter out, PrintWriter err) {
    ChainAccess network = where.open();
    boolean opened = false;
    try {
      Desk desk = new Desk(network, keys.open(network), confirmation, out, err);
      opened = true;
      return desk;
    } finally {
      if (!opened) {
        network.close();
      }
    }
  }
}
