package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.myelin.gateway.metrics.GatewayMetrics;
import io.myelin.gateway.session.NodeDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * How the gateway does: health, metrics, and the description of this API. Open to everybody: they
 * hold sums, never what a client asked or who it is.
 */
public final class StatusOperations {
  private static final MediaType PROMETHEUS =
      MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

  private final GatewayMetrics metrics;
  private final NodeDirectory nodes;
  private final BooleanSupplier draining;
  private final String softwareVersion;
  private final byte[] openApi = resource("openapi.json");

  /**
   * Over the gateway's parts.
   *
   * @param draining whether the gateway takes no new work because it shuts down
   */
  public StatusOperations(
      GatewayMetrics metrics,
      NodeDirectory nodes,
      BooleanSupplier draining,
      String softwareVersion) {
    this.metrics = metrics;
    this.nodes = nodes;
    this.draining = draining;
    this.softwareVersion = softwareVersion;
  }

  List<Route> routes() {
    return List.of(
        new Route(HttpMethod.GET, "/api/v1/health", "getHealth", 0, _ -> health()),
        new Route(HttpMethod.GET, "/health", "getHealthAtRoot", 0, _ -> health()),
        new Route(HttpMethod.GET, "/api/v1/metrics", "getMetrics", 0, _ -> metrics()),
        new Route(HttpMethod.GET, "/metrics", "getMetricsAtRoot", 0, _ -> metrics()),
        new Route(HttpMethod.GET, "/api/openapi.json", "getOpenApi", 0, _ -> openApi()));
  }

  private HttpResponse health() {
    boolean drains = draining.getAsBoolean();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("status", drains ? "draining" : "ok")
            .put("nodes", nodes.nodes().size())
            .put("softwareVersion", softwareVersion);
    HttpStatus status = drains ? HttpStatus.SERVICE_UNAVAILABLE : HttpStatus.OK;
    return Answers.of(Answers.headers(status).build(), Answers.bytes(json));
  }

  private HttpResponse metrics() {
    return HttpResponse.of(HttpStatus.OK, PROMETHEUS, metrics.scrape());
  }

  private HttpResponse openApi() {
    return Answers.of(
        ResponseHeaders.builder(HttpStatus.OK).contentType(MediaType.JSON_UTF_8).build(), openApi);
  }

  private static byte[] resource(String name) {
    try (InputStream in = StatusOperations.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing from the gateway's jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from the gateway's jar", e);
    }
  }
}
