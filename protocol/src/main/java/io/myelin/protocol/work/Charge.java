package io.myelin.protocol.work;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.v1.WorkRecord;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a node is accused by: one answer that lies, or a run of measured answers, none of which
 * proves anything alone.
 *
 * @param works of one node, each of another task; those of a run by rising digest, of one model's
 *     weights and one equivalence class
 */
public record Charge(List<SignedWork> works) {
  /** Answers of one run: a test that has not decided by then begins again. */
  public static final int MOST_WORKS = 64;

  private static final byte[] RUN = "myelin/history/1".getBytes(StandardCharsets.UTF_8);

  /**
   * Copies.
   *
   * @throws IllegalArgumentException when there is none or too many, of several nodes, weights or
   *     classes, two of one task, or in another order: one set of answers has one name
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
    record Numbers(ByteString weights, String equivalenceClass) {}
    long kinds =
        works.stream()
            .map(SignedWork::evidence)
            .map(one -> new Numbers(one.getWeightsDigest(), one.getEquivalenceClass()))
            .distinct()
            .count();
    if (kinds > 1) {
      throw new IllegalArgumentException("works: of several models or classes (expected: of one)");
    }
    for (int i = 1; i < works.size(); i++) {
      if (works.get(i - 1).digest().compareTo(works.get(i).digest()) >= 0) {
        throw new IllegalArgumentException("works: in no order (expected: by rising digest)");
      }
    }
    if (works.stream().map(work -> work.commit().taskId()).distinct().count() < works.size()) {
      throw new IllegalArgumentException("works: two of one task (expected: each of its own)");
    }
  }

  /** A charge by a run, in whatever order they come. */
  public static Charge ofRun(List<SignedWork> works) {
    return new Charge(works.stream().sorted(Comparator.comparing(SignedWork::digest)).toList());
  }

  /**
   * A charge as it is kept and sent: its first record, and of a run the others.
   *
   * @throws IllegalArgumentException when one of them is no signed work of this network, or all
   *     together are no charge
   */
  public static Charge of(WorkRecord first, List<WorkRecord> others, Eip712Domain domain) {
    return new Charge(
        Stream.concat(Stream.of(first), others.stream())
            .map(record -> SignedWork.of(record, domain))
            .toList());
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
