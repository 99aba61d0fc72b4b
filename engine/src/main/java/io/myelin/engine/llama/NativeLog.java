package io.myelin.engine.llama;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives what llama.cpp logs. Its warnings and errors are the only reason it gives when something
 * fails, so the newest are kept for exceptions.
 */
@SuppressWarnings("restricted") // Reads C strings.
final class NativeLog {
  private static final Logger log = LoggerFactory.getLogger(NativeLog.class);
  private static final int KEPT = 8;
  private static final int WARNING = 3;
  private static final int ERROR = 4;

  private final Deque<String> recent = new ArrayDeque<>();

  /** Called by native code on any thread; an exception here would end the process. */
  void accept(int level, MemorySegment text, MemorySegment userData) {
    try {
      if (level != WARNING && level != ERROR) {
        return;
      }
      String line = text.reinterpret(Integer.MAX_VALUE).getString(0).strip();
      synchronized (recent) {
        recent.addLast(line);
        if (recent.size() > KEPT) {
          recent.removeFirst();
        }
      }
      log.debug("llama.cpp: {}", line);
    } catch (Throwable ignored) {
      // A lost log line is better than a dead process.
    }
  }

  /** Forgets what was collected. */
  void clear() {
    synchronized (recent) {
      recent.clear();
    }
  }

  /** What was collected since the last {@link #clear}, for a message. */
  String collected() {
    synchronized (recent) {
      if (recent.isEmpty()) {
        return "llama.cpp gave no reason";
      }
      StringJoiner joined = new StringJoiner("; ");
      recent.forEach(joined::add);
      return joined.toString();
    }
  }
}
