package io.myelin.cli.node;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.myelin.cli.peer.Peers;
import io.myelin.gateway.mempool.WaitingPool;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.registry.mempool.MempoolClient;
import io.myelin.registry.mempool.MempoolCodec;
import io.myelin.v1.PendingEntry;
import io.myelin.v1.PendingQuery;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pool of the registry nodes that a gateway finds among its peers. */
final class RegistryPool implements WaitingPool, AutoCloseable {
  private final Eip712Domain domain;
  private final MempoolClient calls = new MempoolClient();
  private volatile @Nullable Peers peers;

  RegistryPool(Eip712Domain domain) {
    this.domain = domain;
  }

  /** From now on finds registry nodes among these. */
  void found(Peers by) {
    peers = by;
  }

  private List<URI> nodes() {
    Peers known = peers;
    return known == null ? List.of() : known.registries();
  }

  @Override
  public int submit(Announcement waiting) throws RefusedException {
    try {
      return calls.submit(nodes(), MempoolCodec.message(waiting));
    } catch (StatusRuntimeException e) {
      throw refused(e);
    }
  }

  @Override
  public List<Announcement> waiting(Digest subnetId) throws RefusedException {
    List<Announcement> right = new ArrayList<>();
    PendingQuery query =
        PendingQuery.newBuilder().setSubnetId(ByteString.copyFrom(subnetId.bytes())).build();
    try {
      for (PendingEntry entry : calls.pending(nodes(), query)) {
        checked(entry, subnetId, right);
      }
    } catch (StatusRuntimeException e) {
      throw refused(e);
    }
    return right;
  }

  /** A registry node is not trusted: what is not right is left out. */
  private void checked(PendingEntry entry, Digest subnetId, List<Announcement> right) {
    try {
      Announcement one = MempoolCodec.announcement(entry, domain);
      if (one.pending().subnetId().equals(subnetId) && one.check(domain).isEmpty()) {
        right.add(one);
      }
    } catch (IllegalArgumentException e) {
      // Not well formed either.
    }
  }

  @Override
  public List<Address> gateways(Digest subnetId) {
    Peers known = peers;
    return known == null ? List.of() : known.gateways(subnetId);
  }

  private static RefusedException refused(StatusRuntimeException e) {
    return new RefusedException(
        String.valueOf(e.getStatus().getDescription()),
        e.getStatus().getCode() == Status.Code.UNAVAILABLE);
  }

  @Override
  public void close() {
    calls.close();
  }
}
