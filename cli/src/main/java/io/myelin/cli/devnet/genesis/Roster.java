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
 */
public record Roster(
    OperatorKey admin,
    OperatorKey treasury,
    List<Person> gateways,
    List<Person> compute,
    List<Person> validators,
    OperatorKey client) {

  /** Copies. */
  public Roster {
    gateways = List.copyOf(gateways);
    compute = List.copyOf(compute);
    validators = List.copyOf(validators);
  }
}
