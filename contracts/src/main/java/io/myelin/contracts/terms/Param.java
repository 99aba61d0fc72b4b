package io.myelin.contracts.terms;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.deploy.NetworkContracts;
import java.math.BigInteger;

/** The network's parameters, by the contracts' numbers. */
public enum Param {
  /** Seats of a committee. */
  COMMITTEE_SIZE(0),
  /** Signatures that a committee's word needs. */
  QUORUM(1),
  /** Least stake of a validator. */
  MIN_VALIDATOR_STAKE_WEI(2),
  /** Least bond of a gateway. */
  MIN_GATEWAY_BOND_WEI(3),
  /** Least stake of a node. */
  MIN_NODE_STAKE_WEI(4),
  /** What a subnet costs to create. */
  SUBNET_FEE_WEI(5),
  /** Least time between two sets of validators. */
  EPOCH_SECONDS(6),
  /** How long a stake takes to leave. */
  UNBONDING_SECONDS(7),
  /** Longest session. */
  MAX_SESSION_SECONDS(8),
  /** How long a gateway has to settle. */
  SETTLE_SECONDS(9),
  /** How long a settlement can be challenged. */
  CHALLENGE_SECONDS(10),
  /** How long a price that was replaced can still be quoted. */
  QUOTE_SECONDS(11),
  /** A task on chain: until its node acknowledges. */
  ACK_SECONDS(12),
  /** A task on chain: until its nodes precommit. */
  PRECOMMIT_SECONDS(13),
  /** A task on chain: until its nodes reveal. */
  COMMIT_SECONDS(14),
  /** A task on chain: until its committee judges. */
  VALIDATE_SECONDS(15),
  /** The treasury's address as a number. */
  TREASURY(16);

  private final int number;

  Param(int number) {
    this.number = number;
  }

  /** The contracts' number. */
  public int number() {
    return number;
  }

  /** Its value now. */
  public BigInteger of(NetworkContracts network, ChainClient chain) {
    return network.parameters().get(number).on(chain);
  }
}
