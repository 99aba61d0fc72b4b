package io.myelin.cli.devnet.genesis;

import io.myelin.chain.Bytes;
import io.myelin.cli.node.KeyFile;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.OperatorConsent;
import java.nio.file.Path;

/**
 * Somebody who runs a node.
 *
 * @param name for people, e.g. {@code compute 1}
 * @param owner the cold key: stakes and is paid
 * @param operator the key that the node works with
 */
public record Person(String name, OperatorKey owner, OperatorKey operator) {

  /** With the node's own key, and an owner's key made for it where there is none. */
  public static Person of(Path data, String kind, int number, Path nodeFolder) {
    return new Person(
        kind + " " + number,
        KeyFile.loadOrCreate(data.resolve("keys").resolve(kind + "-" + number + ".owner.key")),
        KeyFile.loadOrCreate(nodeFolder.resolve("operator.key")));
  }

  /** The node's address. */
  public Address node() {
    return operator.address();
  }

  /** The operator key's leave to be registered by its owner. */
  Bytes consent(NetworkContracts network) {
    OperatorConsent consent = new OperatorConsent(owner.address(), node());
    return Bytes.of(operator.sign(network.domain().digest(consent)).bytes());
  }
}
