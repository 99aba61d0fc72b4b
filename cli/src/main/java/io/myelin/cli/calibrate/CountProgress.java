package io.myelin.cli.calibrate;

import java.io.PrintStream;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how many of how many things are done: a bar on a terminal, a line a step elsewhere. */
public final class CountProgress implements AutoCloseable {
  private static final int COLUMNS = 78;

  private final PrintStream out;
  private final boolean terminal;
  private String step = "";
  private @Nullable ProgressBar bar;

  private CountProgress(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** On standard error, so that standard output stays the command's answer. */
  @SuppressWarnings("SystemConsoleNull") // it is null again on JDK 25 when input is not a terminal
  public static CountProgress onStandardError() {
    return new CountProgress(System.err, System.console() != null && System.console().isTerminal());
  }

  /** So many of so many are done. */
  public void at(String what, int done, int of) {
    if (!what.equals(step)) {
      close();
      step = what;
      if (terminal) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(of)
                .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BAR)
                .setConsumer(new ConsoleProgressBarConsumer(out, COLUMNS))
                .build();
      } else {
        out.println("  " + what + " (" + of + ")");
      }
    }
    if (bar != null) {
      bar.stepTo(done);
    }
  }

  /** Ends the bar. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
