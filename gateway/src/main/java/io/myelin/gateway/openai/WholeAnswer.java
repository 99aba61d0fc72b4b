package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One answer as one JSON object, once every task of it completed. */
final class WholeAnswer implements TaskGroup.Sink {
  private final AnswerContext context;
  private final GenerationRequest request;
  private final AnswerFormat format;
  private final TaskGroup group;
  private final List<List<GeneratedChunk>> chunks = new ArrayList<>();
  private final GenerationResult[] results;

  WholeAnswer(
      AnswerContext context, GenerationRequest request, AnswerFormat format, TaskGroup group) {
    this.context = context;
    this.request = request;
    this.format = format;
    this.group = group;
    this.results = new GenerationResult[request.specs().size()];
    Arrays.fill(results, GenerationResult.getDefaultInstance());
    for (int i = 0; i < results.length; i++) {
      chunks.add(new ArrayList<>());
    }
  }

  /** Begins to collect. What is collected is bounded by the model's context. */
  void start() {
    context.leaveWhenGone(group);
    group.start(this, Long.MAX_VALUE);
  }

  @Override
  public void chunk(int index, GeneratedChunk chunk) {
    chunks.get(index).add(chunk);
  }

  @Override
  public void completed(int index, TaskOutcome outcome) {
    GenerationResult result = outcome.generation();
    if (result != null) {
      results[index] = result;
    }
  }

  @Override
  public void allCompleted() {
    List<GenerationResult> list = Arrays.asList(results);
    ByteBuf out = context.allocator().buffer();
    format.whole(out, chunks, list, Usage.of(list, request.prompts()));
    ResponseHeaders headers =
        ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON)
            .contentLength(out.readableBytes())
            .add(context.headers())
            .build();
    send(headers, HttpData.wrap(out));
  }

  @Override
  public void failed(TaskFailure failure) {
    ApiError error = TaskErrors.failed(failure, request.promptParameter());
    send(context.errorHeaders(error), HttpData.wrap(ErrorResponses.body(error)));
  }

  private void send(ResponseHeaders headers, HttpData body) {
    context.send(headers);
    context.send(body);
    context.closeWithin(context.settings().drainMillis());
  }
}
