package io.myelin.bench.relay;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.Server;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What stands behind nginx: the same events at the same pace, as a plain HTTP server sends them.
 */
final class SseUpstream {
  private static final String EVENT_HEAD =
      "data: {\"id\":\"chatcmpl-0000000000000000000000000000000000000000000000000000000000000000\","
          + "\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"paced\","
          + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
  private static final String EVENT_TAIL = "\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n";

  private final long intervalNanos;
  private final int tokens;
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("paced-upstream").daemon().unstarted(task));

  SseUpstream(long intervalNanos, int tokens) {
    this.intervalNanos = intervalNanos;
    this.tokens = tokens;
  }

  Server start(int port) {
    Server server =
        Server.builder()
            .localPort(port, com.linecorp.armeria.common.SessionProtocol.HTTP)
            .requestTimeoutMillis(0)
            .service("/v1/chat/completions", (context, request) -> stream())
            .build();
    server.start().join();
    return server;
  }

  private HttpResponse stream() {
    HttpResponseWriter writer = HttpResponse.streaming();
    writer.write(
        ResponseHeaders.of(
            HttpStatus.OK,
            com.linecorp.armeria.common.HttpHeaderNames.CONTENT_TYPE,
            MediaType.EVENT_STREAM));
    var timer = new AtomicReference<ScheduledFuture<?>>();
    Runnable tick =
        new Runnable() {
          private int made;

          @Override
          public void run() {
            ScheduledFuture<?> mine = timer.get();
            if (!writer.isOpen()) {
              mine.cancel(false);
              return;
            }
            String event = EVENT_HEAD + StampedToken.at(System.nanoTime()) + EVENT_TAIL;
            writer.write(HttpData.wrap(event.getBytes(StandardCharsets.UTF_8)));
            if (++made >= tokens) {
              mine.cancel(false);
              writer.write(HttpData.ofUtf8("data: [DONE]\n\n"));
              writer.close();
            }
          }
        };
    long phase = ThreadLocalRandom.current().nextLong(intervalNanos);
    timer.set(
        scheduler.scheduleAtFixedRate(
            tick, intervalNanos + phase, intervalNanos, TimeUnit.NANOSECONDS));
    return writer;
  }
}
