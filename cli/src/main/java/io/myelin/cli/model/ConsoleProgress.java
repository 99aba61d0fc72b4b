package io.myelin.cli.model;

import io.myelin.engine.catalogue.FetchProgress;
import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows the steps of a fetch: a bar on a terminal, one line a step elsewhere. */
public final class ConsoleProgress implements FetchProgress, AutoCloseable {
  private static final int COLUMNS = 78;
  private static final long MEBIBYTE = 1L << 20;

  private final PrintStream out;
  private final boolean terminal;
  private String step = "";
  private @Nullable ProgressBar bar;

  /** On standard error, so that standard output stays the command's answer. */
  @SuppressWarnings("SystemConsoleNull") // it is null again on JDK 25 when input is not a terminal
  public static ConsoleProgress onStandardError() {
    return new ConsoleProgress(
        System.err, System.console() != null && System.console().isTerminal());
  }

  ConsoleProgress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public synchronized void update(String step, long doneBytes, long totalBytes) {
    if (!step.equals(this.step)) {
      close();
      this.step = step;
      if (terminal) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(step)
                .setInitialMax(totalBytes)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                .setUnit(" MiB", MEBIBYTE)
                .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
                .build();
      } else {
        out.println(
            "  "
                + step
                + (totalBytes > 0 ? " (" + (totalBytes + MEBIBYTE - 1) / MEBIBYTE + " MiB)" : ""));
      }
    }
    if (bar != null) {
      bar.maxHint(totalBytes);
      bar.stepTo(doneBytes);
    }
  }

  @Override
  public synchronized void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
    step = "";
  }
}
