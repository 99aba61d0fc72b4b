package io.myelin.gateway.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.JsonBytes;
import io.myelin.gateway.http.Timers;
import io.myelin.gateway.session.ModelView;
import io.myelin.gateway.session.SessionView;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.gateway.task.TaskService;
import io.myelin.v1.Embedding;
import io.myelin.v1.EmbeddingResult;
import io.myelin.v1.EmbeddingSpec;
import io.myelin.v1.GeneratedChunk;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;

/** {@code POST /v1/embeddings}: one task for all inputs of a request. */
final class EmbeddingEndpoint implements JsonEndpoint.Handler {
  private final TaskService tasks;
  private final Models models;
  private final OpenAiSettings settings;
  private final Timers timers;

  EmbeddingEndpoint(TaskService tasks, Models models, OpenAiSettings settings, Timers timers) {
    this.tasks = tasks;
    this.models = models;
    this.settings = settings;
    this.timers = timers;
  }

  @Override
  public void handle(
      ServiceRequestContext context,
      SessionView session,
      ObjectNode body,
      HttpResponseWriter response)
      throws ApiError {
    EmbeddingDraft draft = new EmbeddingDraft();
    EmbeddingParameters.TABLE.read(body, "", draft);
    ModelView model = models.find(session, draft.model, "embed", ModelView::embeddings);
    EmbeddingSpec spec =
        EmbeddingSpec.newBuilder().setModel(draft.model).addAllInputs(draft.inputs).build();
    TaskGroup group;
    try {
      group =
          TaskGroup.submit(
              tasks,
              List.of(
                  new Submission(
                      session.id(), new Submission.Work.Embed(spec), Submission.Kind.LIVE, "", 0)));
    } catch (TaskRejectedException e) {
      throw TaskErrors.rejected(e, draft.model);
    }
    AnswerContext answer =
        new AnswerContext(
            response,
            context.alloc(),
            context.eventLoop(),
            timers,
            settings,
            GenerationEndpoint.headers(settings, session.id(), group.taskIds()));
    answer.leaveWhenGone(group);
    group.start(new Vectors(answer, model.id(), draft.base64, draft.inputs.size()), 1);
  }

  private record Vectors(AnswerContext context, String model, boolean base64, int expected)
      implements TaskGroup.Sink {

    @Override
    public void chunk(int index, GeneratedChunk chunk) {
      // An embedding has no chunks.
    }

    @Override
    public void completed(int index, TaskOutcome outcome) {
      EmbeddingResult result = outcome.embedding();
      if (result == null || result.getEmbeddingsCount() != expected) {
        int found = result == null ? 0 : result.getEmbeddingsCount();
        fail(
            ApiError.server(
                HttpStatus.BAD_GATEWAY,
                "bad_result",
                "The network answered "
                    + found
                    + " vectors (expected: "
                    + expected
                    + "); try again.",
                1));
        return;
      }
      ByteBuf out = context.allocator().buffer();
      write(out, result);
      context.send(
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.JSON)
              .contentLength(out.readableBytes())
              .add(context.headers())
              .build());
      context.send(HttpData.wrap(out));
      context.closeWithin(context.settings().drainMillis());
    }

    @Override
    public void allCompleted() {
      // There is one task: its completion has said everything.
    }

    @Override
    public void failed(TaskFailure failure) {
      fail(TaskErrors.failed(failure, "input"));
    }

    private void fail(ApiError error) {
      context.send(context.errorHeaders(error));
      context.send(HttpData.wrap(ErrorResponses.body(error)));
      context.closeWithin(context.settings().drainMillis());
    }

    private void write(ByteBuf out, EmbeddingResult result) {
      JsonBytes.raw(out, "{\"object\":\"list\",\"data\":[");
      for (int i = 0; i < result.getEmbeddingsCount(); i++) {
        JsonBytes.raw(out, i > 0 ? ",{" : "{");
        JsonBytes.raw(out, "\"object\":\"embedding\",\"index\":");
        JsonBytes.number(out, i);
        JsonBytes.raw(out, ",\"embedding\":");
        if (base64) {
          JsonBytes.string(out, base64(result.getEmbeddings(i)));
        } else {
          floats(out, result.getEmbeddings(i));
        }
        out.writeByte('}');
      }
      JsonBytes.raw(out, "],\"model\":");
      JsonBytes.string(out, model);
      JsonBytes.raw(out, ",\"usage\":{\"prompt_tokens\":");
      long tokens = Integer.toUnsignedLong(result.getPromptTokens());
      JsonBytes.number(out, tokens);
      JsonBytes.raw(out, ",\"total_tokens\":");
      JsonBytes.number(out, tokens);
      JsonBytes.raw(out, "}}");
    }

    private static void floats(ByteBuf out, Embedding embedding) {
      out.writeByte('[');
      for (int i = 0; i < embedding.getValuesCount(); i++) {
        if (i > 0) {
          out.writeByte(',');
        }
        // The shortest text that reads back as this float.
        JsonBytes.raw(out, Float.toString(embedding.getValues(i)));
      }
      out.writeByte(']');
    }

    private static String base64(Embedding embedding) {
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * embedding.getValuesCount()).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < embedding.getValuesCount(); i++) {
        bytes.putFloat(embedding.getValues(i));
      }
      return Base64.getEncoder().encodeToString(bytes.array());
    }
  }
}
