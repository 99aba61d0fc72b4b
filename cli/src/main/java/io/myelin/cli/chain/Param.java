package io.myelin.cli.chain;

import java.math.BigInteger;

/** Parameters of the network that commands tell their users; numbered as the contract does. */
public enum Param {
  /** Least stake of a validator. */
  MIN_VALIDATOR_STAKE_WEI(2),
  /** Least bond of a gateway. */
  MIN_GATEWAY_BOND_WEI(3),
  /** Least stake of a node. */
  MIN_NODE_STAKE_WEI(4),
  /** What creating a subnet costs. */
  SUBNET_FEE_WEI(5),
  /** How long a stake is on its way out. */
  UNBONDING_SECONDS(7),
  /** How long a gateway has to settle. */
  SETTLE_SECONDS(9);

  private final int number;

  Param(int number) {
    this.number = number;
  }

  /** Its value now. */
  public BigInteger value(ChainAccess network) {
    return network.contracts().parameters().get(number).on(network.chain());
  }

  /** Its value now, of a time. */
  public long seconds(ChainAccess network) {
    return value(network).longValueExact();
  }
}
