package io.myelin.engine.upstream;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Server-sent events out of bytes, as the HTML standard has it: any of the three line ends,
 * comments, many data lines to one event. Bytes may be cut anywhere, inside characters too.
 */
final class SseParser {

  /** Takes whole events. */
  interface EventHandler {
    /**
     * One event.
     *
     * @param name the event's type; {@code message} when not named
     * @param data its data lines, joined by line feeds
     */
    void onEvent(String name, String data) throws IOException;
  }

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final int maxEventBytes;
  private byte[] line = new byte[1024];
  private int lineLength;
  private boolean afterCarriageReturn;
  private boolean firstLine = true;
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private String name = "";

  /** Refuses lines and events over this size. */
  SseParser(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /** Consumes the bytes; hands out each event at its blank line. */
  void accept(byte[] bytes, int offset, int length, EventHandler handler) throws IOException {
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      if (b == '\n' && afterCarriageReturn) {
        afterCarriageReturn = false;
        continue;
      }
      afterCarriageReturn = b == '\r';
      if (b == '\n' || b == '\r') {
        endLine(handler);
      } else {
        append(b);
      }
    }
  }

  private void append(byte b) throws IOException {
    if (lineLength + data.length() >= maxEventBytes) {
      throw new IOException("an event of over " + maxEventBytes + " bytes");
    }
    if (lineLength == line.length) {
      line = Arrays.copyOf(line, line.length * 2);
    }
    line[lineLength++] = b;
  }

  private void endLine(EventHandler handler) throws IOException {
    int from = 0;
    if (firstLine) {
      firstLine = false;
      boolean marked =
          lineLength >= 3 && Arrays.equals(line, 0, 3, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length);
      from = marked ? 3 : 0;
    }
    String text = new String(line, from, lineLength - from, StandardCharsets.UTF_8);
    lineLength = 0;
    if (text.isEmpty()) {
      dispatch(handler);
      return;
    }
    int colon = text.indexOf(':');
    if (colon == 0) {
      return; // a comment, sent to keep the connection alive
    }
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    if (field.equals("data")) {
      data.append(hasData ? "\n" : "").append(value);
      hasData = true;
    } else if (field.equals("event")) {
      name = value;
    }
  }

  private void dispatch(EventHandler handler) throws IOException {
    String event = name.isEmpty() ? "message" : name;
    String text = data.toString();
    boolean complete = hasData;
    name = "";
    data.setLength(0);
    hasData = false;
    if (complete) {
      handler.onEvent(event, text);
    }
  }
}
