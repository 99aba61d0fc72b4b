package io.myelin.gateway.openai;

import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.SessionDirectory;
import io.myelin.gateway.task.TaskService;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** OpenAI's HTTP API, ready to be bound to a server below {@code /v1/}. */
public final class OpenAiService {
  /** Nothing here waits for Armeria's own limits: the endpoints have theirs. */
  private static final long NO_LIMIT = 0;

  private final HttpService models;
  private final HttpService chat;

  /**
   * Over a task pipeline.
   *
   * @param randomness draws the seed of a request that brings none
   */
  public OpenAiService(
      TaskService tasks,
      SessionDirectory directory,
      OpenAiSettings settings,
      Timers timers,
      InstantSource clock,
      LongSupplier randomness) {
    Models known = new Models(directory, settings.softwareVersion());
    this.models = new ModelsEndpoint(directory, known);
    this.chat =
        new JsonEndpoint(
            directory,
            settings,
            timers,
            new GenerationEndpoint(
                tasks,
                known,
                settings,
                timers,
                clock,
                body -> ChatRequests.read(body, randomness),
                (request, model, seconds, stem) ->
                    new ChatFormat(
                        new AnswerHead(
                            "chatcmpl-" + stem,
                            seconds,
                            model.id(),
                            known.fingerprint(model),
                            request.showServiceTier()),
                        request,
                        stem.substring(0, 20))));
  }

  /** Binds every path below {@code /v1/}; unknown ones get OpenAI's error shape too. */
  public void bind(ServerBuilder server) {
    route(server, "/v1/models", models);
    route(server, "/v1/models/{*id}", models);
    route(server, "/v1/chat/completions", chat);
    server
        .route()
        .pathPrefix("/v1")
        .maxRequestLength(NO_LIMIT)
        .build((context, request) -> MethodErrors.unknownPath(context));
  }

  private static void route(ServerBuilder server, String path, HttpService service) {
    server
        .route()
        .path(path)
        .requestTimeoutMillis(NO_LIMIT)
        .maxRequestLength(NO_LIMIT)
        .build(service);
  }
}
