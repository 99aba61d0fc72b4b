package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.ClosedSessionException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.stream.AbortedStreamException;
import com.linecorp.armeria.common.stream.CancelledSubscriptionException;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.BearerKeys;
import io.myelin.gateway.http.BodyReader;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.MethodErrors;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.session.SessionView;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A POST of JSON: method, key, headers and body are checked in this order, and only then is
 * anything done. Whatever goes wrong is answered in OpenAI's error shape.
 */
final class JsonEndpoint implements HttpService {
  private static final Logger log = LoggerFactory.getLogger(JsonEndpoint.class);

  /** Longer bodies are parsed off the event loop. */
  private static final int PARSE_INLINE_BYTES = 64 * 1024;

  /** How long a client may take to send its body. */
  private static final long BODY_MILLIS = 60_000;

  /** Does the work of an endpoint. */
  interface Handler {
    /** Answers into {@code response}, now or later. */
    void handle(
        ServiceRequestContext context,
        SessionView session,
        ObjectNode body,
        HttpResponseWriter response)
        throws ApiError;
  }

  private final SessionDirectory directory;
  private final OpenAiSettings settings;
  private final Timers timers;
  private final Handler handler;

  JsonEndpoint(
      SessionDirectory directory, OpenAiSettings settings, Timers timers, Handler handler) {
    this.directory = directory;
    this.settings = settings;
    this.timers = timers;
    this.handler = handler;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    SessionView session;
    try {
      if (request.method() != HttpMethod.POST) {
        return MethodErrors.notAllowed(context, "POST");
      }
      session = BearerKeys.session(request.headers(), directory);
      BodyReader.checkHeaders(request.headers(), settings.maxBodyBytes());
    } catch (ApiError e) {
      return ErrorResponses.response(e);
    }
    HttpResponseWriter response = HttpResponse.streaming();
    CompletableFuture<byte[]> body =
        BodyReader.read(request, settings.maxBodyBytes(), context.eventLoop());
    Timers.Handle deadline = timers.after(BODY_MILLIS, () -> tooSlow(request, response));
    var _ =
        body.handle(
            (bytes, failure) -> {
              deadline.cancel();
              if (failure != null) {
                refuse(response, failure);
              } else {
                Executor executor =
                    bytes.length > PARSE_INLINE_BYTES
                        ? context.blockingTaskExecutor()
                        : Runnable::run;
                executor.execute(() -> handle(context, session, bytes, response));
              }
              return true;
            });
    return response;
  }

  private void handle(
      ServiceRequestContext context,
      SessionView session,
      byte[] body,
      HttpResponseWriter response) {
    try {
      handler.handle(context, session, StrictJson.object(body), response);
    } catch (ApiError e) {
      send(response, e);
    } catch (RuntimeException | Error e) {
      refuse(response, e);
    }
  }

  private static void tooSlow(HttpRequest request, HttpResponseWriter response) {
    send(
        response,
        ApiError.refused(
            HttpStatus.REQUEST_TIMEOUT,
            "request_timeout",
            "The request body did not arrive within " + BODY_MILLIS / 1000 + " s; send it again."));
    request.abort();
  }

  private static void refuse(HttpResponseWriter response, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ApiError error) {
      send(response, error);
    } else if (cause instanceof ClosedSessionException
        || cause instanceof CancelledSubscriptionException
        || cause instanceof AbortedStreamException) {
      // The client went away; nobody is left to tell.
      response.close(cause);
    } else if (cause instanceof HttpStatusException broken && broken.httpStatus().isClientError()) {
      // Framing that cannot be read, such as a chunk's size: the client's fault, no line in the
      // log.
      send(
          response,
          ApiError.refused(
              broken.httpStatus(),
              "bad_request",
              "The request body could not be read; send it again."));
    } else {
      log.error("A request failed in a way that nobody foresaw", cause);
      send(
          response,
          ApiError.server(
              HttpStatus.INTERNAL_SERVER_ERROR,
              "internal_error",
              "The gateway failed on this request; its log says why.",
              0));
    }
  }

  private static void send(HttpResponseWriter response, ApiError error) {
    // False when the answer had begun: then closing is all that can be said.
    if (response.tryWrite(ErrorResponses.headers(error))) {
      var _ = response.tryWrite(HttpData.wrap(ErrorResponses.body(error)));
    }
    response.close();
  }
}
