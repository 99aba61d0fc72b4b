package io.myelin.cli.devnet;

import io.myelin.protocol.subnet.SubnetName;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who serves which subnet of a devnet; everything is numbered from 1. Models, gateways and nodes
 * are dealt to the subnets in turn. Gateways beyond the first of each subnet serve all of them, so
 * that one more gateway than subnets makes each survive the loss of one.
 *
 * @param subnets at most as many as gateways
 */
record SubnetLayout(int subnets, int gateways, int computeNodes) {
  SubnetLayout {
    if (subnets < 1 || subnets > gateways) {
      throw new IllegalArgumentException(
          "subnets: " + subnets + " (expected: 1 to " + gateways + ", one gateway each)");
    }
  }

  /** What a subnet is called. */
  static SubnetName name(int subnet) {
    return new SubnetName("subnet-" + subnet);
  }

  List<Integer> subnetsOf(int gateway) {
    return gateway <= subnets
        ? List.of(gateway)
        : IntStream.rangeClosed(1, subnets).boxed().toList();
  }

  List<Integer> gatewaysOf(int subnet) {
    return IntStream.rangeClosed(1, gateways)
        .filter(gateway -> subnetsOf(gateway).contains(subnet))
        .boxed()
        .toList();
  }

  int subnetOf(int computeNode) {
    return (computeNode - 1) % subnets + 1;
  }

  /** A subnet's models, of all that there are. */
  List<String> modelsOf(int subnet, List<String> models) {
    return IntStream.range(0, models.size())
        .filter(index -> index % subnets + 1 == subnet)
        .mapToObj(models::get)
        .toList();
  }

  List<String> modelsOfNode(int computeNode, List<String> models) {
    return modelsOf(subnetOf(computeNode), models);
  }
}
