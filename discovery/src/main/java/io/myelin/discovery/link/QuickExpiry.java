package io.myelin.discovery.link;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.ethereum.beacon.discovery.scheduler.ExpirationScheduler;
import org.ethereum.beacon.discovery.scheduler.ExpirationSchedulerFactory;

/**
 * Lets unanswered requests expire soon. The library keeps them for a minute, and while one waits in
 * a handshake whose packet got lost, nothing else is sent to that node: one lost packet would make
 * it dead for a minute.
 */
final class QuickExpiry extends ExpirationSchedulerFactory {
  private static final long LIBRARY_REQUEST_SECONDS = 60;

  private final long requestMillis;

  QuickExpiry(ScheduledExecutorService scheduler, long requestMillis) {
    super(scheduler);
    this.requestMillis = requestMillis;
  }

  @Override
  public <K> ExpirationScheduler<K> create(long delay, TimeUnit timeUnit) {
    return timeUnit.toSeconds(delay) == LIBRARY_REQUEST_SECONDS
        ? super.create(requestMillis, TimeUnit.MILLISECONDS)
        : super.create(delay, timeUnit);
  }
}
