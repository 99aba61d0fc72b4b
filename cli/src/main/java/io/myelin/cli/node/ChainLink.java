package io.myelin.cli.node;

import io.myelin.cli.peer.Peers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * How a node reaches its network's chain.
 *
 * @param rpc endpoints of the chain, the preferred ones first
 * @param chainId EIP-155 number that they must have
 * @param directory the contract that names all others
 * @param subnetIds that a gateway is admitted to, the default one first; none for other nodes
 * @param validators where committees are asked; none for nodes that ask nobody
 * @param firstBlock no event of the network is older
 */
public record ChainLink(
    List<URI> rpc,
    long chainId,
    Address directory,
    List<Digest> subnetIds,
    List<URI> validators,
    long firstBlock) {

  /** Checks that there is an endpoint. */
  public ChainLink {
    rpc = List.copyOf(rpc);
    validators = List.copyOf(validators);
    subnetIds = List.copyOf(subnetIds);
    if (rpc.isEmpty()) {
      throw new IllegalArgumentException("rpc: none (expected: at least one endpoint)");
    }
  }

  /** What everybody in the network signs in. */
  public Eip712Domain domain() {
    return new Eip712Domain(chainId, directory);
  }

  /** The chain as peers ask it who is staked. */
  public Peers.Truth truth() {
    return new Peers.Truth(rpc, chainId, directory, firstBlock);
  }

  /** The same with these validators. */
  public ChainLink asking(List<URI> committee) {
    return new ChainLink(rpc, chainId, directory, subnetIds, committee, firstBlock);
  }

  /** The same for a gateway of these subnets, the default one first. */
  public ChainLink serving(List<Digest> subnets) {
    return new ChainLink(rpc, chainId, directory, subnets, validators, firstBlock);
  }

  /** As options of a node that joins these subnets. */
  public List<String> subnetArguments() {
    return subnetIds.stream().flatMap(id -> Stream.of("--subnet", id.hex())).toList();
  }
}
