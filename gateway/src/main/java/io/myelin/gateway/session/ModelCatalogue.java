package io.myelin.gateway.session;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** The models of all connected nodes together, with their prices. */
final class ModelCatalogue {
  private final SessionChain chain;
  private volatile List<ModelView> models = List.of();

  ModelCatalogue(SessionChain chain) {
    this.chain = chain;
  }

  List<ModelView> models() {
    return models;
  }

  void refresh(Collection<NodeView> nodes) {
    TreeMap<String, ModelView> byId = new TreeMap<>();
    for (NodeView node : nodes) {
      for (NodeView.Served served : node.models()) {
        // What the subnet does not list has no price, so nobody can ask for it.
        chain
            .quote(served.id())
            .ifPresent(
                quote ->
                    byId.merge(
                        served.id(), view(node, served, quote.price()), ModelCatalogue::together));
      }
    }
    List<ModelView> sorted = new ArrayList<>(byId.values());
    // Many a client takes the first it is told, and wants text.
    sorted.sort(Comparator.comparing(model -> !model.generates()));
    models = List.copyOf(sorted);
  }

  private static ModelView view(NodeView node, NodeView.Served served, TokenPrice price) {
    return new ModelView(
        served.id(),
        served.contextLength(),
        price.inputWei(),
        price.outputWei(),
        served.embeddings(),
        !served.embeddings(),
        1,
        node.connectedAtMillis() / 1000);
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
        Math.min(a.createdAtSeconds(), b.createdAtSeconds()));
  }
}
