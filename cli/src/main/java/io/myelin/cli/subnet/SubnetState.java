package io.myelin.cli.subnet;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import java.util.List;
import java.util.Optional;

/**
 * A subnet as the chain has it now.
 *
 * @param version of its configuration; 0 before the first
 * @param models in the order they were first listed
 * @param gateways that it admits
 */
record SubnetState(
    Digest id, Address owner, long version, List<Listed> models, List<Gateway> gateways) {
  SubnetState {
    models = List.copyOf(models);
    gateways = List.copyOf(gateways);
  }

  /**
   * A listed model.
   *
   * @param priceVersion of its price
   */
  record Listed(PricedModel priced, Digest weightsDigest, long priceVersion) {
    /** The digest, or why there is none. */
    String weights() {
      if (weightsDigest.equals(ListedModel.UNPINNED)) {
        return "any weights";
      }
      return weightsDigest.equals(Digest.ZERO)
          ? priced.model().equals(ListedModel.ANY) ? "every model listed" : "not told"
          : "sha256:" + weightsDigest;
    }
  }

  /**
   * A gateway.
   *
   * @param ready whether it takes sessions: its bond is there, and it is not leaving
   */
  record Gateway(Address address, Address owner, boolean ready) {}

  /** A model of this id. */
  Optional<Listed> model(String id) {
    return models.stream().filter(listed -> listed.priced().model().equals(id)).findFirst();
  }
}
