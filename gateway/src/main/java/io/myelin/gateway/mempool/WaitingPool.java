package io.myelin.gateway.mempool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.mempool.Announcement;
import java.util.List;

/** The registry nodes' pool of waiting requests, and who else looks at it. Blocks for seconds. */
public interface WaitingPool {

  /**
   * Brings a request in.
   *
   * @return how many registry nodes have it or are being told, at least 1
   * @throws RefusedException why it is not in, or that no registry node is there
   */
  int submit(Announcement waiting) throws RefusedException;

  /**
   * What waits for a gateway of a subnet. Signatures have been checked.
   *
   * @throws RefusedException when no registry node answers
   */
  List<Announcement> waiting(Digest subnetId) throws RefusedException;

  /** Gateways of a subnet that are alive, as far as this one knows. */
  List<Address> gateways(Digest subnetId);

  /** No registry node, or one that says no. */
  final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean unreachable;

    /** With what a registry node said, which begins with its reason in capitals. */
    public RefusedException(String message, boolean unreachable) {
      super(message, null, false, false);
      this.unreachable = unreachable;
    }

    /** Whether it is no answer to the request, but that nobody answers. */
    public boolean unreachable() {
      return unreachable;
    }
  }
}
