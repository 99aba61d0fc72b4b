package io.myelin.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.LoggerFactory;

/**
 * One log for every command, on standard error: warnings, or with {@code --debug} everything ours.
 */
public final class Logging {
  private Logging() {}

  /** Sets the level; called once, before anything logs. */
  static void configure(boolean debug) {
    String wanted = System.getenv("MYELIN_LOG");
    level(debug ? Level.DEBUG : Level.toLevel(wanted, Level.WARN));
  }

  /**
   * For processes that are no command of their own: warnings, unless the environment wants more.
   */
  public static void quiet() {
    configure(false);
  }

  /** For long-running nodes: their operators want to see what happens. */
  public static void node() {
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      Logger ours = context.getLogger("io.myelin");
      if (!ours.isEnabledFor(Level.INFO)) {
        ours.setLevel(Level.INFO);
      }
    }
  }

  private static void level(Level level) {
    if (!(LoggerFactory.getILoggerFactory() instanceof LoggerContext context)) {
      return;
    }
    context.reset();
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%d{HH:mm:ss.SSS} %-5level %logger{0} %msg%n");
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.addAppender(appender);
    root.setLevel(Level.WARN);
    context.getLogger("io.myelin").setLevel(level);
    // It warns of the older reflection service, which stands beside the newer one on purpose.
    context.getLogger("com.linecorp.armeria.server.grpc.GrpcServiceBuilder").setLevel(Level.ERROR);
  }
}
