package io.myelin.protocol.subnet;

import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A subnet that would open a session for a model, at its price.
 *
 * @param inputWei per token of the prompt
 * @param outputWei per token of the answer
 */
public record SubnetOffer(Digest subnetId, BigInteger inputWei, BigInteger outputWei) {
  private static final Comparator<SubnetOffer> ORDER =
      Comparator.comparing((SubnetOffer offer) -> offer.inputWei().add(offer.outputWei()))
          .thenComparing(offer -> offer.subnetId().hex());

  /**
   * The one that a gateway of several subnets takes: the cheapest for a token of each kind, of
   * equal ones that with the smaller id. Empty when there is none.
   */
  public static Optional<SubnetOffer> best(List<SubnetOffer> offers) {
    return offers.stream().min(ORDER);
  }
}
