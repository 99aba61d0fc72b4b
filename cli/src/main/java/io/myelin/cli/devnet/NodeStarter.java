package io.myelin.cli.devnet;

import io.myelin.cli.node.ChainLink;
import io.myelin.cli.node.EngineSource;
import java.net.URI;
import java.util.List;

/** Starts nodes one way or the other. */
interface NodeStarter extends AutoCloseable {

  /** Starts a validator, from 1; it listens when this returns. */
  ValidatorMember validator(int number, ChainLink chain);

  /** Starts a gateway, from 1; it listens when this returns. */
  GatewayMember gateway(int number, ChainLink chain);

  /** Starts a compute node, from 1, on the way to its gateway. */
  Member compute(int number, URI gateway, ChainLink chain);

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
