package io.myelin.cli.devnet.genesis;

import io.myelin.protocol.crypto.OperatorKey;
import java.util.List;

/**
 * Who is in a local network.
 *
 * @param admin deploys, has the whole supply of tokens, and proposes parameters
 * @param treasury gets its share
 * @param gateways each with an owner of its own; the first one's owns the subnets
 * @param compute each with an owner of its own, so that redundant nodes are independent
 * @param validators each with an owner of its own
 * @param client pays for the demo session
 * @param examined those of the nodes that come in by their exam alone, as in a network of strangers
 */
public record Roster(
    OperatorKey admin,
    OperatorKey treasury,
    List<Person> gateways,
    List<Person> compute,
    List<Person> validators,
    OperatorKey client,
    List<Person> examined) {

  /** Of nodes that all come in at once. */
  public Roster(
      OperatorKey admin,
      OperatorKey treasury,
      List<Person> gateways,
      List<Person> compute,
      List<Person> validators,
      OperatorKey client) {
    this(admin, treasury, gateways, compute, validators, client, List.of());
  }

  /** Copies. */
  public Roster {
    gateways = List.copyOf(gateways);
    compute = List.copyOf(compute);
    validators = List.copyOf(validators);
    examined = List.copyOf(examined);
  }
}
