package io.myelin.contracts.deploy;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.MyelinDirectory;
import io.myelin.contracts.MyelinToken;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.NodeStats;
import io.myelin.contracts.Parameters;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.Eip712Domain;

/**
 * The contracts of one network.
 *
 * @param chainId of the chain they are on
 * @param directory which names them all; the verifying contract of everything that is signed
 * @param addresses what the directory says, which never changes
 */
public record NetworkContracts(
    long chainId, MyelinDirectory directory, MyelinDirectory.Addresses addresses) {

  /**
   * The network of a directory.
   *
   * @throws IllegalArgumentException when there is no directory, or not every contract that it
   *     names belongs to it
   */
  public static NetworkContracts at(ChainClient chain, Address address) {
    if (chain.code(address).isEmpty()) {
      throw new IllegalArgumentException(
          "no contract at "
              + address
              + " (expected: a MyelinDirectory of chain "
              + chain.chainId()
              + ")");
    }
    MyelinDirectory directory = new MyelinDirectory(address);
    if (!directory.isComplete().on(chain)) {
      throw new IllegalArgumentException(
          "the directory at " + address + " is not complete (expected: every module deployed)");
    }
    return new NetworkContracts(chain.chainId(), directory, directory.all().on(chain));
  }

  /** What clients, nodes, gateways and validators of this network sign in. */
  public Eip712Domain domain() {
    return new Eip712Domain(chainId, directory.address());
  }

  /** Stakes and payments. */
  public MyelinToken token() {
    return new MyelinToken(addresses.token());
  }

  /** Bounded parameters behind a timelock. */
  public Parameters parameters() {
    return new Parameters(addresses.parameters());
  }

  /** Validators and committees. */
  public ValidatorRegistry validators() {
    return new ValidatorRegistry(addresses.validators());
  }

  /** Subnets, prices, gateways. */
  public SubnetRegistry subnets() {
    return new SubnetRegistry(addresses.subnets());
  }

  /** Compute nodes. */
  public NodePool nodes() {
    return new NodePool(addresses.nodes());
  }

  /** Escrow, settlement, credits. */
  public InferencePayment payment() {
    return new InferencePayment(addresses.payment());
  }

  /** The front door of sessions. */
  public Session sessions() {
    return new Session(addresses.sessions());
  }

  /** Tasks without a gateway. */
  public SessionQueue queue() {
    return new SessionQueue(addresses.queue());
  }

  /** Counters of nodes. */
  public NodeStats stats() {
    return new NodeStats(addresses.stats());
  }

  /** Cognitive rounds. */
  public Cognitive cognitive() {
    return new Cognitive(addresses.cognitive());
  }
}
