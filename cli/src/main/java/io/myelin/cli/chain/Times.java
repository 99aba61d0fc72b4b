package io.myelin.cli.chain;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Moments of the chain as people read them. */
public final class Times {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private Times() {}

  /** For example {@code 2026-11-22 18:35:00 UTC}. */
  public static String at(long seconds) {
    return FORMAT.format(Instant.ofEpochSecond(seconds));
  }

  /** The same and how far away it is: {@code … (in 3 h 12 min)}, {@code … (2 d 1 h ago)}. */
  public static String at(long seconds, long nowSeconds) {
    String away = span(Math.abs(seconds - nowSeconds));
    return at(seconds) + (seconds >= nowSeconds ? " (in " + away + ")" : " (" + away + " ago)");
  }

  /** The two largest units of a time: {@code 14 d}, {@code 3 h 12 min}, {@code 40 s}. */
  public static String span(long seconds) {
    Duration time = Duration.ofSeconds(seconds);
    if (time.toDays() > 0) {
      return time.toDays() + " d" + rest(time.toHoursPart(), " h");
    }
    if (time.toHours() > 0) {
      return time.toHours() + " h" + rest(time.toMinutesPart(), " min");
    }
    if (time.toMinutes() > 0) {
      return time.toMinutes() + " min" + rest(time.toSecondsPart(), " s");
    }
    return time.toSeconds() + " s";
  }

  private static String rest(int value, String unit) {
    return value == 0 ? "" : " " + value + unit;
  }
}
