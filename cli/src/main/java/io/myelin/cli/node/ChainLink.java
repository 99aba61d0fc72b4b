package io.myelin.cli.node;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.net.URI;
import java.util.List;

/**
 * How a node reaches its network's chain.
 *
 * @param rpc endpoints of the chain, the preferred ones first
 * @param chainId EIP-155 number that they must have
 * @param directory the contract that names all others
 * @param subnetId that a gateway is admitted to; zero for other nodes
 * @param validators where committees are asked; none for nodes that ask nobody
 * @param firstBlock no event of the network is older
 */
public record ChainLink(
    List<URI> rpc,
    long chainId,
    Address directory,
    Digest subnetId,
    List<URI> validators,
    long firstBlock) {

  /** Checks that there is an endpoint. */
  public ChainLink {
    rpc = List.copyOf(rpc);
    validators = List.copyOf(validators);
    if (rpc.isEmpty()) {
      throw new IllegalArgumentException("rpc: none (expected: at least one endpoint)");
    }
  }

  /** What everybody in the network signs in. */
  public Eip712Domain domain() {
    return new Eip712Domain(chainId, directory);
  }

  /** The same with these validators. */
  public ChainLink asking(List<URI> committee) {
    return new ChainLink(rpc, chainId, directory, subnetId, committee, firstBlock);
  }
}
