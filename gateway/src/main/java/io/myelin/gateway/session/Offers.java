package io.myelin.gateway.session;

import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.ListedModel;
import io.myelin.protocol.subnet.SubnetOffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which of the gateway's subnets opens a session, and which nodes may work in it. */
final class Offers {
  private final SessionChain chain;

  Offers(SessionChain chain) {
    this.chain = chain;
  }

  /**
   * Nodes for a session: those that serve its model with the weights that the subnet lists. For any
   * model those that serve one of the subnet's, and none of them with other weights.
   */
  Predicate<NodeView> able(Digest subnetId, String model) {
    return node -> {
      boolean serves = false;
      for (NodeView.Served served : node.models()) {
        boolean asked = model.equals(ListedModel.ANY) || served.id().equals(model);
        Optional<SessionChain.Quote> quote =
            asked ? chain.quote(subnetId, served.id()) : Optional.empty();
        if (quote.isPresent() && !quote.get().allows(served)) {
          return false;
        }
        serves |= quote.isPresent();
      }
      return serves;
    };
  }

  /** Whether a session of this subnet may ask for a model. */
  boolean lists(Digest subnetId, String model) {
    return chain.quote(subnetId, model).isPresent();
  }

  /**
   * The offer of a session: of the subnet that the client named, else the cheapest that has nodes
   * here. Any model is the default subnet's, which is the first.
   *
   * @param nodes connected here
   */
  SessionChain.Quote choose(String model, @Nullable Digest named, Collection<NodeView> nodes)
      throws SessionRefusedException {
    List<Digest> subnets = chain.standing().subnetIds();
    if (named != null && !subnets.contains(named)) {
      throw unknown(
          "subnet: 0x"
              + named
              + " is not served here (expected: one that GET /api/v1/subnets"
              + " lists).",
          model);
    }
    List<Digest> among =
        named != null
            ? List.of(named)
            : model.equals(ListedModel.ANY) ? List.of(subnets.getFirst()) : subnets;
    List<SessionChain.Quote> quotes =
        among.stream().flatMap(id -> chain.quote(id, model).stream()).toList();
    if (quotes.isEmpty()) {
      throw unknown(
          "request.model: no subnet that this gateway serves lists " + model + ".", model);
    }
    List<SubnetOffer> offers = new ArrayList<>();
    for (SessionChain.Quote quote : quotes) {
      if (nodes.stream().anyMatch(able(quote.subnetId(), model))) {
        offers.add(
            new SubnetOffer(quote.subnetId(), quote.price().inputWei(), quote.price().outputWei()));
      }
    }
    Digest best =
        SubnetOffer.best(offers)
            .map(SubnetOffer::subnetId)
            .orElseThrow(
                () ->
                    unknown(
                        "request.model: no node connected here serves "
                            + model
                            + " (expected: one that GET /v1/models lists, or *).",
                        model));
    return quotes.stream().filter(quote -> quote.subnetId().equals(best)).findFirst().orElseThrow();
  }

  private SessionRefusedException unknown(String message, String model) {
    return new SessionRefusedException(Reason.UNKNOWN_MODEL, withPlaces(message, model));
  }

  /** The message, and where the model is served. */
  String withPlaces(String message, String model) {
    return chain
        .whereServed()
        .sentence(model)
        .map(places -> message + " " + places)
        .orElse(message);
  }
}
