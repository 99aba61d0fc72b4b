package io.myelin.committee;

import io.myelin.chain.ChainClient;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.standing.SigningKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.SessionTail;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who sits where, as the chain says now. */
final class SeatedNow {

  private final ChainClient chain;
  private final NetworkContracts network;

  SeatedNow(ChainClient chain, NetworkContracts network) {
    this.chain = chain;
    this.network = network;
  }

  /** A session's committee. */
  List<Seat> of(SessionTail tail) {
    return of(tail.seed(), tail.validatorSet());
  }

  /** The committee that a seed draws. */
  List<Seat> of(Digest seed, long set) {
    return seats(network.validators().committee(seed, set).on(chain));
  }

  /** The newest set's committee for a subject. */
  List<Seat> newest(Digest subject) {
    return about(subject, network.validators().setVersion().on(chain), Address.ZERO);
  }

  /** A set's committee for a subject, in which one does not sit; the zero address for nobody. */
  List<Seat> about(Digest subject, long set, Address excluded) {
    return seats(network.validators().committeeFor(subject, set, excluded).on(chain));
  }

  /** A set's committee for a subject, in which several do not sit. */
  List<Seat> without(Digest subject, long set, List<Address> excluded) {
    return seats(network.validators().committeeWithout(subject, set, excluded).on(chain));
  }

  /** Places of who is passed over have the zero address, and nobody who may sign. */
  private List<Seat> seats(List<Address> owners) {
    long nowSeconds = chain.head().timestampSeconds();
    List<Seat> seats = new ArrayList<>();
    for (Address owner : owners) {
      Optional<Address> operator =
          owner.isZero()
              ? Optional.empty()
              : SigningKey.of(network.validators().validatorOf(owner).on(chain), nowSeconds);
      seats.add(new Seat(seats.size(), owner, operator));
    }
    return seats;
  }
}
