package io.myelin.gateway.openai;

import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServerBuilder;
import io.myelin.gateway.http.MethodErrors;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.ModelView;
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
  private final HttpService completions;
  private final HttpService embeddings;

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
    Shared shared = new Shared(tasks, directory, settings, timers, clock);
    this.models = new ModelsEndpoint(directory, known);
    this.chat =
        generation(
            shared,
            known,
            body -> ChatRequests.read(body, randomness, clock),
            (request, model, seconds, stem) ->
                new ChatFormat(
                    head("chatcmpl-" + stem, seconds, known, model, request),
                    request,
                    stem.substring(0, 20)));
    this.completions =
        generation(
            shared,
            known,
            body -> CompletionRequests.read(body, randomness),
            (request, model, seconds, stem) ->
                new CompletionFormat(
                    head("cmpl-" + stem, seconds, known, model, request), request));
    this.embeddings =
        new JsonEndpoint(
            directory, settings, timers, new EmbeddingEndpoint(tasks, known, settings, timers));
  }

  private record Shared(
      TaskService tasks,
      SessionDirectory directory,
      OpenAiSettings settings,
      Timers timers,
      InstantSource clock) {}

  private static HttpService generation(
      Shared shared,
      Models known,
      GenerationEndpoint.Reader reader,
      GenerationEndpoint.Formats formats) {
    return new JsonEndpoint(
        shared.directory,
        shared.settings,
        shared.timers,
        new GenerationEndpoint(
            shared.tasks, known, shared.settings, shared.timers, shared.clock, reader, formats));
  }

  private static AnswerHead head(
      String id, long seconds, Models known, ModelView model, GenerationRequest request) {
    return new AnswerHead(
        id, seconds, model.id(), known.fingerprint(model), request.showServiceTier());
  }

  /** Binds every path below {@code /v1/}; unknown ones get OpenAI's error shape too. */
  public void bind(ServerBuilder server) {
    route(server, "/v1/models", models);
    route(server, "/v1/models/{*id}", models);
    route(server, "/v1/chat/completions", chat);
    route(server, "/v1/completions", completions);
    route(server, "/v1/embeddings", embeddings);
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
