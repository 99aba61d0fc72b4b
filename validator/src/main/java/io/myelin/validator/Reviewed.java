package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The batches that were found right lately, in memory: who forgets reviews again. */
final class Reviewed {
  private static final int MOST = 256;
  private static final Duration FOR = Duration.ofMinutes(10);

  private final Map<Batch, Right> reviewed = new LinkedHashMap<>();

  /**
   * What was found right.
   *
   * @param sessions those that the batch settles; who has ended is skipped
   * @param samples work in it that this validator measured and drew
   */
  record Right(List<SessionId> sessions, List<Digest> samples, long atNanos) {
    Right {
      sessions = List.copyOf(sessions);
      samples = List.copyOf(samples);
    }
  }

  /**
   * A batch with exactly these settlements.
   *
   * @param digest over them
   */
  record Batch(Address gateway, long batch, long set, Digest digest) {}

  synchronized void add(Batch batch, Right right) {
    reviewed.remove(batch);
    reviewed.put(batch, right);
    if (reviewed.size() > MOST) {
      reviewed.remove(reviewed.keySet().iterator().next());
    }
  }

  /** What was found right; empty when the batch was not lately. */
  synchronized Optional<Right> find(Batch batch, long nowNanos) {
    return Optional.ofNullable(reviewed.get(batch))
        .filter(right -> nowNanos - right.atNanos() < FOR.toNanos());
  }
}
