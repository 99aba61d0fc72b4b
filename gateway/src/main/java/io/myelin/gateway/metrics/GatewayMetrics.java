package io.myelin.gateway.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * The gateway's meters. Every name starts with {@code myelin_} and carries its base unit; labels
 * come from small fixed sets (front, status, outcome), never from a request.
 */
public final class GatewayMetrics {
  private static final Duration[] TOKEN_DELAY_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };
  private static final Duration[] LATENCY_BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, FrontMeters> fronts = new ConcurrentHashMap<>();
  private final Map<RequestKey, Counter> requests = new ConcurrentHashMap<>();
  private final Timer journalCommit;

  private record RequestKey(String front, String status) {}

  /** With no figure yet. */
  public GatewayMetrics() {
    new ProcessorMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    bindMemory();
    journalCommit =
        Timer.builder("myelin.journal.commit")
            .description("Time from handing a journal entry over to its being on disk")
            .serviceLevelObjectives(LATENCY_BUCKETS)
            .register(registry);
  }

  @SuppressWarnings("resource") // holds no resource of its own: only gauges are registered
  private void bindMemory() {
    new JvmMemoryMetrics().bindTo(registry);
  }

  /** Where other parts may register meters of their own; their names start with {@code myelin.}. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Every figure as it is now, in Prometheus' text format 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }

  /** One answered request: {@code status} is an HTTP status or a gRPC status name. */
  public void countRequest(String front, String status) {
    requests
        .computeIfAbsent(
            new RequestKey(front, status),
            key ->
                Counter.builder("myelin.requests")
                    .description("Requests answered, by front and status")
                    .tag("front", key.front())
                    .tag("status", key.status())
                    .register(registry))
        .increment();
  }

  /** Answers of several nodes to one question were compared, with this outcome. */
  public void countComparison(String outcome) {
    Counter.builder("myelin.comparisons")
        .description("Redundant tasks whose answers were compared, by outcome")
        .tag("outcome", outcome)
        .register(registry)
        .increment();
  }

  /** One entry of the journal is on disk after so long. */
  public Timer journalCommit() {
    return journalCommit;
  }

  /** How many tasks wait in the gateway's queue. */
  public void watchQueueDepth(IntSupplier depth) {
    gauge("myelin.queue.depth.tasks", "Tasks that wait for a node", depth);
  }

  /** How many compute nodes are connected. */
  public void watchNodes(IntSupplier nodes) {
    gauge("myelin.nodes.connected", "Compute nodes connected now", nodes);
  }

  /** How many sessions are active. */
  public void watchSessions(IntSupplier sessions) {
    gauge("myelin.sessions.active", "Sessions active now", sessions);
  }

  private void gauge(String name, String description, IntSupplier value) {
    Gauge.builder(name, value, IntSupplier::getAsInt)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  FrontMeters front(String front) {
    return fronts.computeIfAbsent(front, name -> new FrontMeters(registry, name));
  }

  /** The meters of the tasks of one front. */
  static final class FrontMeters {
    final Counter completed;
    final Counter failed;
    final Counter cancelled;
    final Counter rejected;
    final Counter tokens;
    final Timer firstToken;
    final Timer tokenDelay;
    final Timer duration;
    final AtomicInteger open = new AtomicInteger();

    FrontMeters(MeterRegistry registry, String front) {
      completed = tasks(registry, front, "completed");
      failed = tasks(registry, front, "failed");
      cancelled = tasks(registry, front, "cancelled");
      rejected = tasks(registry, front, "rejected");
      tokens =
          Counter.builder("myelin.tokens.relayed")
              .description("Output tokens handed to clients")
              .tag("front", front)
              .register(registry);
      firstToken =
          timer(
              registry,
              front,
              "myelin.task.first.token",
              "Time from submission to the first token",
              LATENCY_BUCKETS);
      tokenDelay =
          timer(
              registry,
              front,
              "myelin.task.token.delay",
              "Time between two chunks of one stream",
              TOKEN_DELAY_BUCKETS);
      duration =
          timer(
              registry,
              front,
              "myelin.task.duration",
              "Time from submission to the end",
              LATENCY_BUCKETS);
      Gauge.builder("myelin.streams.open", open, AtomicInteger::get)
          .description("Tasks a client follows now")
          .tag("front", front)
          .register(registry);
    }

    private static Counter tasks(MeterRegistry registry, String front, String outcome) {
      return Counter.builder("myelin.tasks")
          .description("Tasks followed to their end, by outcome")
          .tag("front", front)
          .tag("outcome", outcome)
          .register(registry);
    }

    private static Timer timer(
        MeterRegistry registry,
        String front,
        String name,
        String description,
        Duration[] objectives) {
      return Timer.builder(name)
          .description(description)
          .tag("front", front)
          .serviceLevelObjectives(objectives)
          .register(registry);
    }
  }
}
