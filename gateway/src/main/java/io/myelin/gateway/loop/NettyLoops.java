package io.myelin.gateway.loop;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The server's own event loops. A task submitted from a connection's loop stays on it, so that its
 * chunks reach the client without another change of threads.
 */
public final class NettyLoops implements Loops {
  private final EventLoopGroup group;
  private final Map<EventExecutor, Loop> loops = new ConcurrentHashMap<>();

  /** Over the loops of a group, which is not closed here. */
  public NettyLoops(EventLoopGroup group) {
    this.group = group;
    for (EventExecutor executor : group) {
      loops.put(executor, new NettyLoop((EventLoop) executor));
    }
  }

  @Override
  public Loop next() {
    for (Map.Entry<EventExecutor, Loop> entry : loops.entrySet()) {
      if (entry.getKey().inEventLoop()) {
        return entry.getValue();
      }
    }
    EventLoop chosen = group.next();
    return loops.computeIfAbsent(chosen, executor -> new NettyLoop(chosen));
  }

  private record NettyLoop(EventLoop eventLoop) implements Loop {
    @Override
    public void execute(Runnable work) {
      eventLoop.execute(work);
    }

    @Override
    public Timer schedule(long delayMillis, Runnable work) {
      Future<?> future = eventLoop.schedule(work, Math.max(0, delayMillis), TimeUnit.MILLISECONDS);
      return () -> future.cancel(false);
    }

    @Override
    public boolean inLoop() {
      return eventLoop.inEventLoop();
    }
  }
}
