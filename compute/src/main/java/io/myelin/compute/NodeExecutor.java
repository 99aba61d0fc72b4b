package io.myelin.compute;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One thread. Work that throws is logged. Work that comes after the shutdown is dropped: what
 * engine and stream still say then is nobody's business.
 */
final class NodeExecutor extends ScheduledThreadPoolExecutor {
  private static final Logger logger = LoggerFactory.getLogger(NodeExecutor.class);

  NodeExecutor(String name) {
    super(1, Thread.ofPlatform().name(name).factory(), new ThreadPoolExecutor.DiscardPolicy());
    setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    setRemoveOnCancelPolicy(true);
  }

  @Override
  protected void afterExecute(Runnable work, @Nullable Throwable thrown) {
    super.afterExecute(work, thrown);
    Throwable error = thrown;
    if (error == null
        && work instanceof Future<?> future
        && future.state() == Future.State.FAILED) {
      error = future.exceptionNow();
    }
    if (error != null) {
      logger.error("A fault in the node itself; please report it", error);
    }
  }
}
