package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.session.SignedPermit;
import io.myelin.gateway.session.SignedSessionRequest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the body of {@code POST /api/v1/sessions}, strictly: no field is guessed or ignored. */
public final class SessionRequestJson {
  /** Most bytes of such a body. */
  public static final int MAX_BYTES = 16 * 1024;

  private static final Set<String> OUTER =
      Set.of(
          "request",
          "signature",
          "clientRandom",
          "seedCommitment",
          "validatorSet",
          "maxTasks",
          "subnet",
          "permit");
  private static final Set<String> PERMIT = Set.of("valueWei", "deadlineSeconds", "signature");
  private static final Set<String> INNER =
      Set.of(
          "client",
          "gateway",
          "model",
          "redundancy",
          "verification",
          "budgetWei",
          "expiryMillis",
          "nonce");

  private static final long MOST_TASKS = 0xFFFF_FFFFL;

  private SessionRequestJson() {}

  /** The request, or an {@link ApiError} (400) that names the field. */
  public static SignedSessionRequest parse(byte[] utf8) throws ApiError {
    return parse(StrictJson.object(utf8));
  }

  static SignedSessionRequest parse(ObjectNode body) throws ApiError {
    onlyFields("", body, OUTER);
    if (!(body.get("request") instanceof ObjectNode signed)) {
      throw wrong("request", body.get("request"), "an object with what was signed");
    }
    onlyFields("request.", signed, INNER);
    SessionRequest request;
    Address client = field(signed, "request.client", "0x and 40 hex digits", Address::parse);
    Address gateway = field(signed, "request.gateway", "0x and 40 hex digits", Address::parse);
    String model = text(signed, "request.model", "a model's id, or *");
    int redundancy = (int) number(signed, "request.redundancy", 1, 16);
    int verification = (int) number(signed, "request.verification", 0, 255);
    BigInteger budgetWei =
        field(signed, "request.budgetWei", "a string of decimal digits", SessionRequestJson::wei);
    long expiryMillis = number(signed, "request.expiryMillis", 0, 1L << 53);
    Digest nonce =
        field(signed, "request.nonce", "0x and 64 hex digits", SessionRequestJson::digest);
    if (model.length() > 256) {
      throw ApiError.invalid(
          "request.model",
          "invalid_value",
          "request.model: " + model.length() + " characters (expected: at most 256).");
    }
    try {
      request =
          new SessionRequest(
              client, gateway, model, redundancy, verification, budgetWei, expiryMillis, nonce);
    } catch (IllegalArgumentException e) {
      throw ApiError.invalid("request", "invalid_value", "request." + e.getMessage() + ".");
    }
    Signature signature =
        field(body, "signature", "0x and 130 hex digits, r || s || v", Signature::parse);
    Digest random = field(body, "clientRandom", "0x and 64 hex digits", SessionRequestJson::digest);
    Digest commitment =
        field(body, "seedCommitment", "0x and 64 hex digits", SessionRequestJson::digest);
    long set = number(body, "validatorSet", 1, 1L << 53);
    long maxTasks = body.has("maxTasks") ? number(body, "maxTasks", 0, MOST_TASKS) : 0;
    Digest subnet =
        body.has("subnet")
            ? field(body, "subnet", "0x and 64 hex digits", SessionRequestJson::digest)
            : null;
    return new SignedSessionRequest(
        request, signature, random, commitment, set, maxTasks, subnet, permit(body));
  }

  private static @Nullable SignedPermit permit(ObjectNode body) throws ApiError {
    if (!body.has("permit")) {
      return null;
    }
    if (!(body.get("permit") instanceof ObjectNode permit)) {
      throw wrong("permit", body.get("permit"), "an object, as ERC-2612 signs it");
    }
    onlyFields("permit.", permit, PERMIT);
    BigInteger valueWei =
        field(permit, "permit.valueWei", "a string of decimal digits", SessionRequestJson::wei);
    long deadlineSeconds = number(permit, "permit.deadlineSeconds", 1, 1L << 53);
    Signature signature =
        field(permit, "permit.signature", "0x and 130 hex digits, r || s || v", Signature::parse);
    try {
      return new SignedPermit(valueWei, deadlineSeconds, signature);
    } catch (IllegalArgumentException e) {
      throw ApiError.invalid("permit", "invalid_value", "permit." + e.getMessage() + ".");
    }
  }

  static void onlyFields(String prefix, ObjectNode object, Set<String> known) throws ApiError {
    Iterator<String> names = object.fieldNames();
    while (names.hasNext()) {
      String name = names.next();
      if (!known.contains(name)) {
        String shown = prefix + StrictJson.shortened(name);
        throw ApiError.invalid(
            shown,
            "unknown_field",
            shown + ": unknown (expected: " + String.join(", ", new TreeSet<>(known)) + ").");
      }
    }
  }

  static <T> T field(ObjectNode object, String path, String expected, Function<String, T> parser)
      throws ApiError {
    String text = text(object, path, expected);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw wrong(path, object.get(last(path)), expected);
    }
  }

  private static String text(ObjectNode object, String path, String expected) throws ApiError {
    JsonNode node = object.get(last(path));
    if (node == null || !node.isTextual() || node.textValue().isBlank()) {
      throw wrong(path, node, expected);
    }
    return node.textValue();
  }

  static long number(ObjectNode object, String path, long least, long most) throws ApiError {
    JsonNode node = object.get(last(path));
    if (node == null
        || !node.isIntegralNumber()
        || !node.canConvertToLong()
        || node.longValue() < least
        || node.longValue() > most) {
      throw wrong(path, node, "an integer, " + least + ".." + most);
    }
    return node.longValue();
  }

  private static BigInteger wei(String text) {
    if (!text.matches("[0-9]{1,78}")) {
      throw new IllegalArgumentException(text);
    }
    return new BigInteger(text);
  }

  static Digest digest(String text) {
    if (!text.startsWith("0x")) {
      throw new IllegalArgumentException(text);
    }
    return Digest.parse(text.substring(2).toLowerCase(Locale.ROOT));
  }

  private static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  static ApiError wrong(String path, @Nullable JsonNode node, String expected) {
    String found =
        node == null
            ? "absent"
            : node.isValueNode() ? StrictJson.shortened(node.toString()) : StrictJson.kind(node);
    return ApiError.invalid(
        path,
        node == null ? "missing_field" : "invalid_value",
        path + ": " + found + " (expected: " + expected + ").");
  }
}
