package io.myelin.cli.devnet.genesis;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetName;
import java.math.BigInteger;
import java.util.List;

/**
 * A subnet of a local network.
 *
 * @param models that it lists
 * @param gateways that it admits, by their numbers from 1
 */
public record SubnetPlan(SubnetName name, List<ListedModel> models, List<Integer> gateways) {
  /** 1 gwei of a token per prompt token read, 3 per token written. */
  private static final BigInteger INPUT_WEI = BigInteger.valueOf(1_000_000_000L);

  private static final BigInteger OUTPUT_WEI = BigInteger.valueOf(3_000_000_000L);

  /** Copies. */
  public SubnetPlan {
    models = List.copyOf(models);
    gateways = List.copyOf(gateways);
  }

  /** A model at a local network's price. */
  public static ListedModel listed(String model, Digest weightsDigest) {
    return new ListedModel(model, weightsDigest, INPUT_WEI, OUTPUT_WEI);
  }

  /** Sessions for all of a subnet's models, at the same price. */
  public static ListedModel anyModel() {
    return listed(ListedModel.ANY, Digest.ZERO);
  }

  /** A subnet of the first gateway, for one model with any weights and for {@code *}. */
  public static SubnetPlan one(String model) {
    return new SubnetPlan(
        new SubnetName("subnet-1"),
        List.of(listed(model, ListedModel.UNPINNED), anyModel()),
        List.of(1));
  }
}
