package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.mempool.WaitingRequest;
import io.myelin.gateway.session.SignedSessionRequest;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.typeddata.PendingRequest;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Reads a request for any gateway: the body of {@code POST /api/v1/sessions} with a field {@code
 * pending}, and perhaps {@code task}, the JSON text of a task.
 */
public final class WaitingRequestJson {
  /** Most bytes of such a body: a task's text may be escaped. */
  public static final int MAX_BYTES =
      SessionRequestJson.MAX_BYTES + 2 * Announcement.MAX_TASK_BYTES;

  private static final Set<String> PENDING =
      Set.of("sessionId", "nonce", "validUntilMillis", "keyHash", "signature");
  private static final byte[] MARK = "\"pending\"".getBytes(StandardCharsets.UTF_8);

  private WaitingRequestJson() {}

  /** Whether a body may be one; {@link #parse} says what is wrong with it. */
  static boolean isOne(byte[] utf8) throws ApiError {
    // Without it the body is read once, as that of a request to this gateway.
    return contains(utf8) && StrictJson.object(utf8).has("pending");
  }

  private static boolean contains(byte[] utf8) {
    for (int i = 0; i + MARK.length <= utf8.length; i++) {
      int matched = 0;
      while (matched < MARK.length && utf8[i + matched] == MARK[matched]) {
        matched++;
      }
      if (matched == MARK.length) {
        return true;
      }
    }
    return false;
  }

  /** The request, or an {@link ApiError} (400) that names the field. */
  public static WaitingRequest parse(byte[] utf8) throws ApiError {
    ObjectNode body = StrictJson.object(utf8);
    JsonNode pendingNode = body.remove("pending");
    JsonNode taskNode = body.remove("task");
    if (!(pendingNode instanceof ObjectNode pending)) {
      throw SessionRequestJson.wrong("pending", pendingNode, "an object with what was signed");
    }
    if (taskNode != null && !taskNode.isTextual()) {
      throw SessionRequestJson.wrong("task", taskNode, "a string: the JSON text of a task");
    }
    SessionRequestJson.onlyFields("pending.", pending, PENDING);
    SignedSessionRequest signed = SessionRequestJson.parse(body);
    Digest subnet = signed.subnet();
    if (subnet == null) {
      throw SessionRequestJson.wrong("subnet", body.get("subnet"), "0x and 64 hex digits");
    }
    if (signed.permit() != null) {
      throw ApiError.invalid(
          "permit",
          "invalid_value",
          "permit: a request that waits is paid by an allowance (./myelin account approve).");
    }
    String task = taskNode == null ? "" : taskNode.textValue();
    Digest id = digest(pending, "pending.sessionId");
    PendingRequest what =
        new PendingRequest(
            SessionId.of(id.bytes()),
            subnet,
            SessionRequestJson.number(pending, "pending.nonce", 0, 1L << 53),
            SessionRequestJson.number(pending, "pending.validUntilMillis", 0, 1L << 53),
            digest(pending, "pending.keyHash"),
            signed.maxTasks(),
            Announcement.taskDigest(task));
    Signature signature =
        SessionRequestJson.field(
            pending, "pending.signature", "0x and 130 hex digits, r || s || v", Signature::parse);
    return new WaitingRequest(signed, what, signature, task);
  }

  private static Digest digest(ObjectNode object, String path) throws ApiError {
    return SessionRequestJson.field(
        object, path, "0x and 64 hex digits", SessionRequestJson::digest);
  }
}
