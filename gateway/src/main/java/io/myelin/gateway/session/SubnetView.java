package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;

/**
 * A subnet that this gateway serves.
 *
 * @param models that nodes connected here serve, at this subnet's prices
 * @param gateways that the chain names ready for it, this one's own left out or not
 */
public record SubnetView(Digest id, List<ModelView> models, List<Address> gateways) {
  /** Copies. */
  public SubnetView {
    models = List.copyOf(models);
    gateways = List.copyOf(gateways);
  }
}
