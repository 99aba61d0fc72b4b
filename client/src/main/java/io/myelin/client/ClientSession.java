package io.myelin.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.work.VerificationLevel;
import java.math.BigInteger;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * A session that was opened as any client opens one.
 *
 * @param gateway where
 * @param client the account that pays
 * @param id 64 hex digits
 * @param apiKey bearer key
 */
public record ClientSession(URI gateway, Address client, String id, String apiKey) {

  private static final int MOST_DRAWS = 4;

  /** In place of a model's id: every model of the gateway. */
  public static final String ANY_MODEL = "*";

  /**
   * What a client asks for.
   *
   * @param model an id, or {@code *} for every model of the gateway
   * @param redundancy nodes that do each task
   * @param budgetWei most that may be spent
   * @param lifetime until it expires
   * @param verification how much of the work validators check
   */
  public record Terms(
      String model,
      int redundancy,
      BigInteger budgetWei,
      Duration lifetime,
      VerificationLevel verification) {
    /** One token of 18 decimals. */
    public static final BigInteger USUAL_BUDGET_WEI = BigInteger.TEN.pow(18);

    /** With a share of the answers checked. */
    public Terms(String model, int redundancy, BigInteger budgetWei, Duration lifetime) {
      this(model, redundancy, budgetWei, lifetime, VerificationLevel.SAMPLED);
    }

    /** The same with another share of the answers checked. */
    public Terms checking(VerificationLevel other) {
      return new Terms(model, redundancy, budgetWei, lifetime, other);
    }

    /** A day and one token. */
    public static Terms usual(String model, int redundancy) {
      return new Terms(model, redundancy, USUAL_BUDGET_WEI, Duration.ofDays(1));
    }
  }

  /** Signs a request on the usual terms and sends it. */
  public static ClientSession open(
      URI gateway, Address gatewayId, OperatorKey client, String model, int redundancy) {
    return open(gateway, gatewayId, client, Terms.usual(model, redundancy));
  }

  /**
   * Signs a request and sends it. Where another session takes a slot between the draw and the
   * opening, which two gateways of one pool cannot exclude, it signs another request, for another
   * draw.
   */
  public static ClientSession open(
      URI gateway, Address gatewayId, OperatorKey client, Terms terms) {
    for (int draw = 1; ; draw++) {
      try {
        return openOnce(gateway, gatewayId, client, terms);
      } catch (ClientException e) {
        boolean lost =
            e.getCause() instanceof RefusedException refused && refused.code().equals("slot_taken");
        if (!lost || draw == MOST_DRAWS) {
          throw e;
        }
      }
    }
  }

  private static ClientSession openOnce(
      URI gateway, Address gatewayId, OperatorKey client, Terms terms) {
    try (GatewayClient http = new GatewayClient(new Endpoint(gateway, ""))) {
      JsonNode network = http.get("/api/v1/network");
      JsonNode opened =
          http.post("/api/v1/sessions", request(network, gatewayId, client, terms).body());
      return new ClientSession(
          gateway, client.address(), opened.path("id").asText(), opened.path("apiKey").asText());
    }
  }

  /**
   * A request, as it is sent.
   *
   * @param body JSON
   * @param id of the session that it opens
   * @param domain that it is signed in
   */
  record Signed(ObjectNode body, SessionId id, Eip712Domain domain) {}

  /** A request, bound to what the gateway said of itself and its network. */
  static Signed request(JsonNode network, Address gatewayId, OperatorKey client, Terms terms) {
    return request(network, gatewayId, client, terms, UnaryOperator.identity());
  }

  /** The same for any gateway of a subnet, with as many tasks as there may be. */
  static Signed anybodys(JsonNode network, OperatorKey client, Terms terms, Digest subnetId) {
    return request(
        network, Address.ZERO, client, terms, nonce -> SessionNonce.forAny(nonce, subnetId, 0));
  }

  private static Signed request(
      JsonNode network,
      Address gatewayId,
      OperatorKey client,
      Terms terms,
      UnaryOperator<Digest> bound) {
    JsonNode signing = network.path("signing");
    Eip712Domain domain =
        new Eip712Domain(
            signing.path("chainId").asLong(),
            Address.parse(signing.path("verifyingContract").asText()));
    Digest commitment = digest(network.path("gateway").path("seedCommitment").asText());
    long validatorSet = network.path("gateway").path("validatorSet").asLong();
    byte[] bytes = new byte[Digest.LENGTH];
    new SecureRandom().nextBytes(bytes);
    Digest random = Digest.of(bytes);
    SessionRequest request =
        new SessionRequest(
            client.address(),
            gatewayId,
            terms.model(),
            terms.redundancy(),
            terms.verification().number(),
            terms.budgetWei(),
            System.currentTimeMillis() + terms.lifetime().toMillis(),
            bound.apply(SessionNonce.of(random, commitment, validatorSet)));
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("request")
        .put("client", request.client().toString())
        .put("gateway", request.gateway().toString())
        .put("model", request.model())
        .put("redundancy", request.redundancy())
        .put("verification", request.verification())
        .put("budgetWei", request.budgetWei().toString())
        .put("expiryMillis", request.expiryMillis())
        .put("nonce", "0x" + request.nonce());
    Digest signed = domain.digest(request);
    body.put("signature", client.sign(signed).toString())
        .put("clientRandom", "0x" + random)
        .put("seedCommitment", "0x" + commitment)
        .put("validatorSet", validatorSet);
    return new Signed(body, SessionId.of(signed.bytes()), domain);
  }

  private static Digest digest(String hex) {
    return Digest.parse(hex.startsWith("0x") ? hex.substring(2) : hex);
  }

  /** As the gateway sees it now. */
  public JsonNode view() {
    try (GatewayClient http = new GatewayClient(endpoint())) {
      return http.get("/api/v1/sessions/" + id);
    }
  }

  /** Asks the gateway to close it. */
  public void close() {
    try (GatewayClient http = new GatewayClient(endpoint())) {
      var _ = http.delete("/api/v1/sessions/" + id);
    }
  }

  /** A client of its gateway, with its key; the caller closes it. */
  public GatewayClient connect() {
    return new GatewayClient(endpoint());
  }

  /** Where and with which key to ask. */
  public Endpoint endpoint() {
    return new Endpoint(gateway, apiKey);
  }
}
