package io.myelin.gateway.session;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Where else on the chain a model is served: for a client that asked the wrong gateway. */
public interface WhereServed {
  /** Most subnets that a sentence names: anybody can make one. */
  int MOST_PLACES = 3;

  /** Most gateways that a sentence names of each. */
  int MOST_GATEWAYS = 5;

  /** The subnets that list a model, those that somebody serves first; never blocks. */
  List<Place> places(String model);

  /**
   * A subnet that lists a model.
   *
   * @param gateways that it admits and that are ready, in the order of their addresses
   */
  record Place(Digest subnetId, List<At> gateways) {
    /** Copies. */
    public Place {
      gateways = List.copyOf(gateways);
    }
  }

  /**
   * A gateway.
   *
   * @param url where it answers, when that is known
   */
  record At(Address gateway, Optional<URI> url) {
    @Override
    public String toString() {
      return gateway + url.map(known -> " at " + known).orElse("");
    }
  }

  /** For a client: which subnets list it and who serves them; empty where nobody does. */
  default Optional<String> sentence(String model) {
    List<Place> places = places(model);
    if (places.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        places.stream()
            .limit(MOST_PLACES)
            .map(WhereServed::named)
            .collect(Collectors.joining(" ")));
  }

  private static String named(Place place) {
    String listed = "Subnet 0x" + place.subnetId() + " lists it; ";
    return place.gateways().isEmpty()
        ? listed + "no gateway is ready to serve it there now."
        : listed
            + "ask its gateway "
            + place.gateways().stream()
                .limit(MOST_GATEWAYS)
                .map(At::toString)
                .collect(Collectors.joining(" or "))
            + ".";
  }
}
