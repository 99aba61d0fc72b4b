package io.myelin.protocol.work;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a node is accused by: one answer that lies, or a run of measured answers, none of which
 * proves anything alone.
 *
 * @param works of one node, each of another task; those of a run in the order in which they were
 *     measured
 */
public record Charge(List<SignedWork> works) {
  /** Answers of one run: a test that has not decided by then begins again. */
  public static final int MOST_WORKS = 64;

  private static final byte[] RUN = "myelin/history/1".getBytes(StandardCharsets.UTF_8);

  /**
   * Copies.
   *
   * @throws IllegalArgumentException when there is none or too many, of several nodes, or two of
   *     one task
   */
  public Charge {
    works = List.copyOf(works);
    if (works.isEmpty() || works.size() > MOST_WORKS) {
      throw new IllegalArgumentException(
          "works: %d (expected: 1 to %d)".formatted(works.size(), MOST_WORKS));
    }
    if (works.stream().map(SignedWork::node).distinct().count() > 1) {
      throw new IllegalArgumentException("works: of several nodes (expected: of one)");
    }
    if (works.stream().map(work -> work.commit().taskId()).distinct().count() < works.size()) {
      throw new IllegalArgumentException("works: two of one task (expected: each of its own)");
    }
  }

  /** A charge by one lie. */
  public static Charge of(SignedWork lie) {
    return new Charge(List.of(lie));
  }

  /** Who is accused. */
  public Address node() {
    return works.getFirst().node();
  }

  /** Whether it is a run of measured answers. */
  public boolean isRun() {
    return works.size() > 1;
  }

  /** By which a verdict names it: the work's own, or all of a run's hashed in their order. */
  public Digest digest() {
    if (!isRun()) {
      return works.getFirst().digest();
    }
    byte[][] parts = new byte[works.size() + 1][];
    parts[0] = RUN;
    for (int i = 0; i < works.size(); i++) {
      parts[i + 1] = works.get(i).digest().bytes();
    }
    return Keccak256.hash(parts);
  }
}
