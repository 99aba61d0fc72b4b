package io.myelin.gateway.session;

import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The models of all connected nodes together, with their prices in each subnet. */
final class ModelCatalogue {
  private static final Comparator<ModelView> CHEAPER =
      Comparator.comparing((ModelView model) -> model.priceInputWei().add(model.priceOutputWei()))
          .thenComparing(model -> model.subnets().getFirst());

  private final SessionChain chain;
  private volatile List<ModelView> models = List.of();
  private volatile Map<Digest, List<ModelView>> bySubnet = Map.of();

  ModelCatalogue(SessionChain chain) {
    this.chain = chain;
  }

  /** Each model once, at the price that a session is opened at where nobody names a subnet. */
  List<ModelView> models() {
    return models;
  }

  /** What a subnet lists and a node here serves. */
  List<ModelView> of(Digest subnetId) {
    return bySubnet.getOrDefault(subnetId, List.of());
  }

  void refresh(Collection<NodeView> nodes) {
    Map<Digest, List<ModelView>> all = new LinkedHashMap<>();
    TreeMap<String, ModelView> byId = new TreeMap<>();
    for (Digest subnetId : chain.standing().subnetIds()) {
      List<ModelView> listed = listed(subnetId, nodes);
      all.put(subnetId, listed);
      listed.forEach(model -> byId.merge(model.id(), model, ModelCatalogue::inBoth));
    }
    bySubnet = Map.copyOf(all);
    models = textFirst(byId.values());
  }

  private List<ModelView> listed(Digest subnetId, Collection<NodeView> nodes) {
    TreeMap<String, ModelView> byId = new TreeMap<>();
    for (NodeView node : nodes) {
      for (NodeView.Served served : node.models()) {
        // What the subnet does not list has no price, so nobody can ask for it; other weights than
        // it lists are another model.
        Optional<SessionChain.Quote> quote =
            chain.quote(subnetId, served.id()).filter(one -> one.allows(served));
        if (quote.isPresent()) {
          byId.merge(served.id(), view(node, served, quote.get()), ModelCatalogue::together);
        }
      }
    }
    return textFirst(byId.values());
  }

  /** Many a client takes the first it is told, and wants text. */
  private static List<ModelView> textFirst(Collection<ModelView> byId) {
    List<ModelView> sorted = new ArrayList<>(byId);
    sorted.sort(Comparator.comparing(model -> !model.generates()));
    return List.copyOf(sorted);
  }

  private static ModelView view(NodeView node, NodeView.Served served, SessionChain.Quote quote) {
    return new ModelView(
        served.id(),
        served.contextLength(),
        quote.price().inputWei(),
        quote.price().outputWei(),
        served.embeddings(),
        !served.embeddings(),
        1,
        node.connectedAtMillis() / 1000,
        List.of("0x" + quote.subnetId()));
  }

  /** What every node of the model can do: the shorter context counts. */
  private static ModelView together(ModelView a, ModelView b) {
    return new ModelView(
        a.id(),
        Math.min(a.contextLength(), b.contextLength()),
        a.priceInputWei(),
        a.priceOutputWei(),
        a.embeddings() || b.embeddings(),
        a.generates() || b.generates(),
        a.nodes() + b.nodes(),
        Math.min(a.createdAtSeconds(), b.createdAtSeconds()),
        a.subnets());
  }

  /** The cheaper subnet's, and the names of both. */
  private static ModelView inBoth(ModelView a, ModelView b) {
    ModelView chosen = CHEAPER.compare(a, b) <= 0 ? a : b;
    List<String> subnets = new ArrayList<>(a.subnets());
    subnets.addAll(b.subnets());
    subnets.remove(chosen.subnets().getFirst());
    subnets.addFirst(chosen.subnets().getFirst());
    return chosen.in(subnets);
  }
}
