package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;

/** Chat and text completions: read, submit, and answer as a stream or as a whole. */
final class GenerationEndpoint implements JsonEndpoint.Handler {

  /** Reads the body of one of the two APIs. */
  interface Reader {
    GenerationRequest read(ObjectNode body) throws ApiError;
  }

  /** The format of one of the two APIs. */
  interface Formats {
    /** For one answer; {@code stem} makes its ids unique. */
    AnswerFormat format(GenerationRequest request, ModelView model, long seconds, String stem);
  }

  private final TaskService tasks;
  private final Models models;
  private final OpenAiSettings settings;
  private final Timers timers;
  private final InstantSource clock;
  private final Reader reader;
  private final Formats formats;

  GenerationEndpoint(
      TaskService tasks,
      Models models,
      OpenAiSettings settings,
      Timers timers,
      InstantSource clock,
      Reader reader,
      Formats formats) {
    this.tasks = tasks;
    this.models = models;
    this.settings = settings;
    this.timers = timers;
    this.clock = clock;
    this.reader = reader;
    this.formats = formats;
  }

  @Override
  public void handle(
      ServiceRequestContext context,
      SessionView session,
      ObjectNode body,
      HttpResponseWriter response)
      throws ApiError {
    GenerationRequest request = reader.read(body);
    ModelView model = models.find(session, request.model(), "generate text", ModelView::generates);
    checkLength(request, model);
    TaskGroup group = submit(session, request);
    AnswerContext answer =
        new AnswerContext(
            response,
            context.alloc(),
            context.eventLoop().withoutContext(),
            timers,
            settings,
            headers(settings, session.id(), group.taskIds()));
    AnswerFormat format =
        formats.format(
            request,
            model,
            clock.instant().getEpochSecond(),
            group.taskIds().getFirst().substring(0, 32));
    if (request.stream()) {
      new StreamingAnswer(answer, request, format, group).start();
    } else {
      new WholeAnswer(answer, request, format, group).start();
    }
  }

  private static void checkLength(GenerationRequest request, ModelView model) throws ApiError {
    int most = request.specs().getFirst().getMaxTokens();
    if (most > model.contextLength()) {
      throw ApiError.invalid(
          request.maxTokensParameter(),
          "integer_above_max_value",
          "Invalid '"
              + request.maxTokensParameter()
              + "': "
              + most
              + " is too large (expected: <= "
              + model.contextLength()
              + ", the context of "
              + model.id()
              + ").");
    }
  }

  private TaskGroup submit(SessionView session, GenerationRequest request) throws ApiError {
    List<Submission> submissions =
        request.specs().stream()
            .map(
                spec ->
                    new Submission(
                        session.id(),
                        new Submission.Work.Generate(spec),
                        Submission.Kind.LIVE,
                        "",
                        0))
            .toList();
    try {
      return TaskGroup.submit(tasks, submissions);
    } catch (TaskRejectedException e) {
      throw TaskErrors.rejected(e, request.model());
    }
  }

  /** Session, tasks and where their receipts will be; lists when there are several choices. */
  static HttpHeaders headers(OpenAiSettings settings, String sessionId, List<String> taskIds) {
    return HttpHeaders.builder()
        .add("myelin-session", sessionId)
        .add("myelin-task", String.join(", ", taskIds))
        .add(
            "myelin-receipt",
            taskIds.stream()
                .map(id -> settings.baseUrl() + "/api/v1/tasks/" + id + "/receipt")
                .collect(Collectors.joining(", ")))
        .add("x-request-id", "req_" + taskIds.getFirst().substring(0, 32))
        .build();
  }
}
