package io.myelin.cli.devnet;

import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import java.util.List;

/** Starts nodes one way or the other. */
interface NodeStarter extends AutoCloseable {

  /**
   * Starts a registry node, from 1; it answers when this returns.
   *
   * @param bootstrap records of those before it
   */
  RegistryMember registry(int number, ChainLink chain, List<String> bootstrap);

  /** Starts a validator, from 1; it listens when this returns. */
  ValidatorMember validator(int number, ChainLink chain, List<String> bootstrap);

  /** Starts a gateway, from 1; it listens when this returns. */
  GatewayMember gateway(int number, ChainLink chain, List<String> bootstrap);

  /** Starts a compute node, from 1, which looks for the gateways of its subnet. */
  Member compute(int number, ChainLink chain, List<String> bootstrap);

  /** The models. */
  EngineSource source();

  /** The models' ids. */
  default List<String> modelIds() {
    return source().modelIds();
  }

  /** How and where the model runs, for people. */
  String engine();

  /** Ends what the nodes share, after them. */
  @Override
  void close();
}
