package io.myelin.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.typeddata.PendingRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A session that any gateway of its subnet may open. Its key is the client's own choice, so that it
 * is the same whoever opens it.
 *
 * @param id 64 hex digits
 * @param apiKey bearer key
 * @param nonce its place in the mempool
 * @param registries nodes that had it, or were being told, when the gateway answered
 * @param validUntilMillis Unix time from which on nobody opens it
 * @param task the id of the task that it brings along
 */
public record WaitingSession(
    String id,
    String apiKey,
    long nonce,
    int registries,
    long validUntilMillis,
    Optional<String> task) {
  private static final Duration LOOK = Duration.ofMillis(500);

  /**
   * Signs a request, and brings it to a gateway, which puts it into the mempool.
   *
   * @param nonce the place in the mempool
   * @param validFor how long it may wait
   * @param task JSON; empty for none
   */
  public static WaitingSession bring(
      Endpoint gateway,
      OperatorKey client,
      ClientSession.Terms terms,
      long nonce,
      Duration validFor,
      String task) {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String apiKey = "mk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    try (GatewayClient http = new GatewayClient(new Endpoint(gateway.url(), ""))) {
      JsonNode network = http.get("/api/v1/network");
      Digest subnet = subnet(http, terms.model());
      ClientSession.Signed signed = ClientSession.anybodys(network, client, terms, subnet);
      PendingRequest pending =
          new PendingRequest(
              signed.id(),
              subnet,
              nonce,
              System.currentTimeMillis() + validFor.toMillis(),
              Sha256.hash(apiKey.getBytes(StandardCharsets.UTF_8)),
              0,
              Announcement.taskDigest(task));
      signed.body().put("subnet", "0x" + subnet);
      signed
          .body()
          .putObject("pending")
          .put("sessionId", "0x" + signed.id())
          .put("nonce", nonce)
          .put("validUntilMillis", pending.validUntilMillis())
          .put("keyHash", "0x" + pending.keyHash())
          .put("signature", client.sign(signed.domain().digest(pending)).toString());
      if (!task.isEmpty()) {
        signed.body().put("task", task);
      }
      JsonNode taken = http.post("/api/v1/sessions", signed.body());
      return new WaitingSession(
          signed.id().hex(),
          apiKey,
          nonce,
          taken.path("registries").asInt(),
          pending.validUntilMillis(),
          Optional.of(taken.path("task").asText("")).filter(id -> !id.isEmpty()));
    }
  }

  private static Digest subnet(GatewayClient http, String model) {
    for (JsonNode subnet : http.get("/api/v1/subnets").path("subnets")) {
      boolean any = model.equals(ClientSession.ANY_MODEL);
      for (JsonNode offered : subnet.path("models")) {
        any |= offered.path("id").asText().equals(model);
      }
      if (any) {
        return Digest.parse(subnet.path("id").asText().substring(2));
      }
    }
    throw new ClientException("no subnet of this gateway lists " + model);
  }

  /**
   * Waits until some gateway has it open.
   *
   * @param gateways asked again every time: gateways come and go
   * @throws ClientException when none has until it is not valid any more
   */
  public Endpoint await(Supplier<List<URI>> gateways) {
    while (System.currentTimeMillis() < validUntilMillis) {
      Optional<Endpoint> open = find(gateways.get());
      if (open.isPresent()) {
        return open.get();
      }
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new ClientException("interrupted; the request waits on");
      }
    }
    throw new ClientException(
        "no gateway opened session %s in time; nothing was paid (./myelin mempool list)"
            .formatted(id));
  }

  /** The gateway where it is open now. One that lost the race has it as failed. */
  public Optional<Endpoint> find(List<URI> gateways) {
    for (URI url : gateways) {
      Endpoint endpoint = new Endpoint(url, apiKey);
      try (GatewayClient http = new GatewayClient(endpoint)) {
        if (http.get("/api/v1/sessions/" + id).path("state").asText().equals("active")) {
          return Optional.of(endpoint);
        }
      } catch (ClientException e) {
        // It does not have it, or is dead: the next one.
      }
    }
    return Optional.empty();
  }
}
