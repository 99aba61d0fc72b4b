package io.myelin.cli.node;

import io.myelin.cli.peer.Peers;
import io.myelin.gateway.api.TaskRequestJson;
import io.myelin.gateway.http.ApiError;
import io.myelin.gateway.http.StrictJson;
import io.myelin.gateway.mempool.TakingUp;
import io.myelin.gateway.openai.OpenAiWorkReader;
import io.myelin.gateway.pipeline.TaskPipeline;
import io.myelin.gateway.session.Sessions;
import io.myelin.gateway.task.Submission;
import io.myelin.gateway.task.TaskFailure;
import io.myelin.gateway.task.TaskListener;
import io.myelin.gateway.task.TaskOutcome;
import io.myelin.gateway.task.TaskRejectedException;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.GeneratedChunk;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway's place at the mempool: looks at it every second, with a thread of its own. */
final class MempoolLink implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(MempoolLink.class);
  private static final long LOOK_MILLIS = 1_000;

  /** How long a gateway that comes before in the order is waited for. */
  private static final long STEP_MILLIS = 5_000;

  private final RegistryPool pool;
  private final TakingUp takingUp;
  private final ScheduledExecutorService timer;

  private MempoolLink(RegistryPool pool, TakingUp takingUp, ScheduledExecutorService timer) {
    this.pool = pool;
    this.takingUp = takingUp;
    this.timer = timer;
  }

  /** Without registry nodes, until {@link #found} tells of some. */
  static MempoolLink start(
      OperatorKey key,
      Eip712Domain domain,
      Sessions sessions,
      TaskPipeline tasks,
      SecureRandom random) {
    RegistryPool pool = new RegistryPool(domain);
    TaskRequestJson requests =
        new TaskRequestJson(new OpenAiWorkReader(random::nextLong, InstantSource.system()));
    TakingUp takingUp =
        new TakingUp(
            key,
            domain,
            sessions,
            pool,
            (session, id, json) -> submit(requests, tasks, session, id, json),
            InstantSource.system(),
            STEP_MILLIS);
    ScheduledExecutorService timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway-mempool").factory());
    var _ =
        timer.scheduleWithFixedDelay(
            () -> look(takingUp), LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    return new MempoolLink(pool, takingUp, timer);
  }

  private static void look(TakingUp takingUp) {
    try {
      takingUp.tick();
    } catch (RuntimeException e) {
      logger.warn("the mempool: {}", e.toString());
    }
  }

  private static void submit(
      TaskRequestJson requests, TaskPipeline tasks, String session, TaskId id, String json) {
    try {
      Submission submission =
          requests.read(
              StrictJson.object(json.getBytes(StandardCharsets.UTF_8)),
              Set.of(),
              session,
              Submission.Kind.DURABLE);
      tasks.submit(submission, id, Nobody.INSTANCE).leave();
    } catch (ApiError e) {
      logger.info("the task that session {} brought is not taken in: {}", session, e.text());
    } catch (TaskRejectedException e) {
      logger.info("the task that session {} brought is not taken in: {}", session, e.getMessage());
    }
  }

  /** Nobody waits on the line. */
  private enum Nobody implements TaskListener {
    INSTANCE;

    @Override
    public void onChunk(GeneratedChunk chunk) {}

    @Override
    public void onCompleted(TaskOutcome outcome) {}

    @Override
    public void onFailed(TaskFailure failure) {}
  }

  /** From now on finds registry nodes, and other gateways, among these. */
  void found(Peers by) {
    pool.found(by);
  }

  TakingUp takingUp() {
    return takingUp;
  }

  @Override
  public void close() {
    timer.shutdownNow();
    pool.close();
  }
}
