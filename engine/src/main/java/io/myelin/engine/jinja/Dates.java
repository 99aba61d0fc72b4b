package io.myelin.engine.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.util.Locale;

/** C's {@code strftime}, in English. */
final class Dates {
  private Dates() {}

  static String format(ZonedDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char field = format.charAt(++i);
      // GNU's way to leave out leading zeros.
      boolean bare = field == '-' && i + 1 < format.length();
      String text = field(time, bare ? format.charAt(++i) : field);
      out.append(bare ? text.replaceFirst("^0+(?=.)", "") : text);
    }
    return out.toString();
  }

  private static String field(ZonedDateTime time, char field) {
    return switch (field) {
      case 'Y' -> pattern(time, "uuuu");
      case 'y' -> pattern(time, "uu");
      case 'm' -> pattern(time, "MM");
      case 'd' -> pattern(time, "dd");
      case 'e' -> "%2d".formatted(time.getDayOfMonth());
      case 'j' -> pattern(time, "DDD");
      case 'H' -> pattern(time, "HH");
      case 'I' -> pattern(time, "hh");
      case 'M' -> pattern(time, "mm");
      case 'S' -> pattern(time, "ss");
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().name().charAt(0) + lower(time.getMonth().name(), 3);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'F' -> pattern(time, "uuuu-MM-dd");
      case 'D' -> pattern(time, "MM/dd/uu");
      case 'T' -> pattern(time, "HH:mm:ss");
      case 'R' -> pattern(time, "HH:mm");
      case 'Z' -> "UTC";
      case 'z' -> "+0000";
      case 's' -> Long.toString(time.toEpochSecond());
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> throw new TemplateException("strftime_now: %" + field + " is not supported");
    };
  }

  private static String pattern(ZonedDateTime time, String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }

  // Java's own short names have four letters for September in some releases.
  private static String lower(String name, int length) {
    return name.substring(1, length).toLowerCase(Locale.ROOT);
  }
}
