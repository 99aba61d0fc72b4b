package io.myelin.gateway.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BearerKeys;
import io.myelin.gateway.mempool.TakingUp;
import io.myelin.gateway.mempool.WaitingPool;
import io.myelin.gateway.mempool.WaitingRequest;
import io.myelin.gateway.session.OpenedSession;
import io.myelin.gateway.session.SessionRefusedException;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.session.Sessions;
import io.myelin.protocol.mempool.Announcement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sessions over HTTP. Whoever holds a signing account may open one; a key shows the sessions of its
 * own account and closes only its own.
 */
public final class SessionOperations {
  private static final long DISK_TIMEOUT_SECONDS = 10;

  /**
   * Above what the session machine gives a committee and the chain: an opening is answered when it
   * is known how it ended, because the key is told only then.
   */
  private static final long OPEN_TIMEOUT_SECONDS = 360;

  private static final int RETRY_SECONDS = 5;

  private final Sessions sessions;
  private final Optional<TakingUp> waiting;

  /** Over the session service, at a gateway that knows no registry nodes. */
  public SessionOperations(Sessions sessions) {
    this(sessions, Optional.empty());
  }

  /** As above, at one that may take in requests for any gateway. */
  public SessionOperations(Sessions sessions, Optional<TakingUp> waiting) {
    this.sessions = sessions;
    this.waiting = waiting;
  }

  List<Route> routes() {
    return List.of(
        new Route(
            HttpMethod.POST,
            "/api/v1/sessions",
            "openSession",
            WaitingRequestJson.MAX_BYTES,
            this::open),
        new Route(HttpMethod.GET, "/api/v1/sessions", "listSessions", 0, this::list),
        new Route(HttpMethod.GET, "/api/v1/sessions/{id}", "getSession", 0, this::get),
        new Route(HttpMethod.DELETE, "/api/v1/sessions/{id}", "closeSession", 0, this::close));
  }

  private HttpResponse open(Call call) throws ApiError {
    if (WaitingRequestJson.isOne(call.body())) {
      return wait(call);
    }
    if (call.body().length > SessionRequestJson.MAX_BYTES) {
      throw ApiError.refused(
          HttpStatus.REQUEST_ENTITY_TOO_LARGE,
          "request_too_large",
          "The request body is larger than "
              + SessionRequestJson.MAX_BYTES
              + " bytes; only a request that waits may bring a task.");
    }
    OpenedSession opened =
        await(sessions.open(SessionRequestJson.parse(call.body())), OPEN_TIMEOUT_SECONDS);
    ObjectNode json = Views.session(opened.session());
    json.put("apiKey", opened.apiKey());
    json.putObject("selection")
        .put("seedCommitment", "0x" + opened.selection().seedCommitment())
        .put("gatewaySecret", "0x" + opened.selection().gatewaySecret())
        .put("seed", "0x" + opened.selection().seed());
    return Answers.of(
        Answers.headers(HttpStatus.CREATED)
            .set("location", "/api/v1/sessions/" + opened.session().id())
            .build(),
        Answers.bytes(json));
  }

  /** Answered as soon as a registry node has it; the session opens here or elsewhere. */
  private HttpResponse wait(Call call) throws ApiError {
    TakingUp pool =
        waiting.orElseThrow(
            () -> noRegistry("This gateway knows no registry nodes: name it as the gateway."));
    WaitingRequest request = WaitingRequestJson.parse(call.body());
    try {
      TakingUp.TakenIn in = pool.takeIn(request);
      ObjectNode json =
          JsonNodeFactory.instance
              .objectNode()
              .put("id", in.id().hex())
              .put("state", "waiting")
              .put("registries", in.registries());
      if (!request.task().isEmpty()) {
        json.put("task", Announcement.taskId(in.id(), request.pending().taskDigest()).hex());
      }
      return Answers.of(
          Answers.headers(HttpStatus.ACCEPTED)
              .set("location", "/api/v1/sessions/" + in.id().hex())
              .build(),
          Answers.bytes(json));
    } catch (SessionRefusedException e) {
      throw error(e);
    } catch (WaitingPool.RefusedException e) {
      if (e.unreachable()) {
        throw noRegistry(e.getMessage() + "; nothing was opened.");
      }
      throw ApiError.refused(
          HttpStatus.CONFLICT, "not_waiting", "The mempool says: " + e.getMessage());
    }
  }

  private static ApiError noRegistry(String text) {
    return ApiError.server(HttpStatus.SERVICE_UNAVAILABLE, "no_registry", text, RETRY_SECONDS);
  }

  private HttpResponse list(Call call) throws ApiError {
    SessionView own = BearerKeys.session(call.headers(), sessions);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("sessions", Views.list(sessions.ofClient(own.client()), Views::session));
    return Answers.ok(json);
  }

  private HttpResponse get(Call call) throws ApiError {
    return Answers.ok(Views.session(visible(call)));
  }

  private HttpResponse close(Call call) throws ApiError {
    SessionView own = BearerKeys.session(call.headers(), sessions);
    SessionView wanted = visible(call);
    if (!wanted.id().equals(own.id())) {
      throw ApiError.refused(
          HttpStatus.FORBIDDEN,
          "wrong_session",
          "A session is closed with its own key; this key is of session " + own.id() + ".");
    }
    return Answers.ok(Views.session(await(sessions.close(wanted.id()), DISK_TIMEOUT_SECONDS)));
  }

  /** Sessions of other accounts are as good as absent. */
  private SessionView visible(Call call) throws ApiError {
    SessionView own = BearerKeys.session(call.headers(), sessions);
    String id = call.id("session");
    return sessions
        .byId(id)
        .filter(session -> session.client().equals(own.client()))
        .orElseThrow(() -> Call.notFound("session", id));
  }

  private static <T> T await(CompletableFuture<T> future, long seconds) throws ApiError {
    try {
      return future.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SessionRefusedException refused) {
        throw error(refused);
      }
      throw new IllegalStateException("opening or closing a session failed", e.getCause());
    } catch (TimeoutException e) {
      throw ApiError.server(
          HttpStatus.SERVICE_UNAVAILABLE,
          "session_slow",
          "The session did not get there within " + seconds + " s; look at it before you retry.",
          RETRY_SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiError.server(
          HttpStatus.SERVICE_UNAVAILABLE, "shutting_down", "The gateway shuts down.", 0);
    }
  }

  static ApiError error(SessionRefusedException refused) {
    String text = refused.text();
    return switch (refused.reason()) {
      case BAD_SIGNATURE -> ApiError.refused(HttpStatus.UNAUTHORIZED, "bad_signature", text);
      case WRONG_GATEWAY -> ApiError.invalid("request.gateway", "wrong_gateway", text);
      case NONCE_USED -> ApiError.refused(HttpStatus.CONFLICT, "nonce_used", text);
      case STALE_SEED_COMMITMENT ->
          ApiError.refused(HttpStatus.CONFLICT, "stale_seed_commitment", text);
      case BAD_NONCE -> ApiError.invalid("request.nonce", "bad_nonce", text);
      case NOT_APPROVED -> ApiError.refused(HttpStatus.CONFLICT, "not_approved", text);
      case CHAIN_UNAVAILABLE ->
          ApiError.server(HttpStatus.SERVICE_UNAVAILABLE, "chain_unavailable", text, RETRY_SECONDS);
      case BAD_TERMS -> ApiError.invalid(null, "bad_terms", text);
      case UNKNOWN_MODEL ->
          new ApiError(
              HttpStatus.NOT_FOUND,
              ApiError.INVALID_REQUEST,
              text,
              "request.model",
              "model_not_found",
              0);
      case NO_CAPACITY ->
          ApiError.server(HttpStatus.SERVICE_UNAVAILABLE, "no_capacity", text, RETRY_SECONDS);
      case SLOT_TAKEN -> ApiError.refused(HttpStatus.CONFLICT, "slot_taken", text);
      case INSUFFICIENT_FUNDS ->
          ApiError.refused(HttpStatus.PAYMENT_REQUIRED, "insufficient_funds", text);
      case UNKNOWN_SESSION -> ApiError.refused(HttpStatus.NOT_FOUND, "session_not_found", text);
      case NOT_ACTIVE -> ApiError.refused(HttpStatus.CONFLICT, "session_not_active", text);
      case NOT_STORED ->
          ApiError.server(
              HttpStatus.SERVICE_UNAVAILABLE, "session_not_stored", text, RETRY_SECONDS);
    };
  }
}
