package io.myelin.cli.node;

import io.myelin.engine.InferenceEngine;
import io.myelin.engine.catalogue.ModelCatalogue;
import io.myelin.engine.check.SentenceDistances;
import io.myelin.gateway.hub.NodeHub;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.metrics.GatewayMetrics;
import io.myelin.gateway.poi.AgreementDesk;
import io.myelin.protocol.poi.Agreement;
import io.myelin.protocol.poi.Dispersion;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What a gateway does about answers of several nodes: compares, counts, raises the alarm. */
public final class Redundancy {
  /** Makes the vectors by which answers are compared. */
  public static final String MODEL = ModelCatalogue.EMBEDDING_MODEL.id();

  private static final long EMBED_SECONDS = 60;

  private Redundancy() {}

  /** Compares from now on; to be told of receipts, and closed. */
  static AgreementDesk watch(
      Journal journal,
      GatewayChain chain,
      Optional<Dispersion.Embedder> embedder,
      NodeHub hub,
      GatewayMetrics metrics) {
    AgreementDesk desk =
        new AgreementDesk(
            journal,
            chain.network().domain(),
            embedder,
            InstantSource.system(),
            (task, nodes, agreement) -> {
              metrics.countComparison(agreement.outcome().label());
              if (agreement.outcome() != Agreement.Outcome.ALONE) {
                nodes.forEach(node -> hub.countCompared(node, agreement.names(node)));
              }
              if (agreement.alarms()) {
                chain.sessions().suspected(task, agreement.suspects(nodes));
              }
            });
    desk.start();
    return desk;
  }

  /** By an engine that serves {@link #MODEL}; blocks for a bounded time. */
  public static Dispersion.Embedder by(InferenceEngine engine) {
    return new SentenceDistances(
        CompletableFuture.completedFuture(engine), Duration.ofSeconds(EMBED_SECONDS));
  }
}
