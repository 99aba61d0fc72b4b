package io.myelin.gateway.openai;

import com.linecorp.armeria.common.HttpHeaders;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.ResponseHeaders;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.ErrorResponses;
import io.myelin.gateway.http.Timers;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;

/**
 * What an answer is written with.
 *
 * @param response where it goes
 * @param allocator of the connection
 * @param executor the connection's event loop
 * @param headers of every answer to this request: session, task, receipt
 */
record AnswerContext(
    HttpResponseWriter response,
    ByteBufAllocator allocator,
    Executor executor,
    Timers timers,
    OpenAiSettings settings,
    HttpHeaders headers) {

  /** Hands over what is next; a response that is closed already takes nothing and releases it. */
  void send(HttpObject next) {
    var _ = response.tryWrite(next);
  }

  /** Headers of an error answer. */
  ResponseHeaders errorHeaders(ApiError error) {
    return ErrorResponses.headers(error).toBuilder().add(headers).build();
  }

  /** Leaves the tasks as soon as the response breaks off, whatever the reason. */
  void leaveWhenGone(TaskGroup group) {
    var _ =
        response
            .whenComplete()
            .handleAsync(
                (nothing, cause) -> {
                  if (cause != null) {
                    group.leave();
                  }
                  return cause;
                },
                executor);
  }

  /** After the last byte was handed over: a reader that does not take it loses the connection. */
  void closeWithin(long millis) {
    response.close();
    Timers.Handle handle = timers.after(millis, response::abort);
    var _ =
        response
            .whenComplete()
            .handle(
                (nothing, cause) -> {
                  handle.cancel();
                  return cause;
                });
  }
}
