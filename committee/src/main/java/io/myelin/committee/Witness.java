package io.myelin.committee;

import io.myelin.protocol.committee.Contradiction;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what each validator was seen to sign, and writes down what contradicts it. Bounded:
 * what was seen longest ago is forgotten first, and with this process all of it; what was written
 * stays. Safe for many threads.
 */
final class Witness {
  private static final Logger LOG = LoggerFactory.getLogger(Witness.class);
  private static final int MOST = 65_536;
  private static final int NAME_DIGITS = 16;

  private final Map<Key, Seen> seen = new LinkedHashMap<>();
  private volatile Optional<Path> folder = Optional.empty();

  private record Key(Address operator, Digest kind, Digest subject) {}

  private record Seen(Attestation attestation, Signature signature) {}

  /** Files go here from now on. */
  void keepIn(Path where) {
    folder = Optional.of(where);
  }

  /**
   * Takes note of a signature that was verified.
   *
   * @return what it contradicts; in a file by then
   */
  Optional<Contradiction> saw(Address operator, Attestation attestation, Signature signature) {
    Key key = new Key(operator, attestation.kind(), attestation.subject());
    Seen before;
    synchronized (seen) {
      before = seen.putIfAbsent(key, new Seen(attestation, signature));
      if (seen.size() > MOST) {
        seen.remove(seen.keySet().iterator().next());
      }
    }
    if (before == null || before.attestation().equals(attestation)) {
      return Optional.empty();
    }
    Contradiction found =
        new Contradiction(
            operator, before.attestation(), before.signature(), attestation, signature);
    folder.ifPresent(where -> write(where, found));
    return Optional.of(found);
  }

  private static void write(Path where, Contradiction found) {
    Path file =
        where.resolve(
            "double-signing-%s-%s.json"
                .formatted(
                    found.operator().hex().substring(0, NAME_DIGITS),
                    found.first().subject().hex().substring(0, NAME_DIGITS)));
    try {
      Files.createDirectories(where);
      if (Files.exists(file)) {
        return;
      }
      Path fresh = Files.createTempFile(where, "evidence", ".tmp");
      Files.writeString(fresh, found.json());
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      LOG.error(
          "{} signed two contents for one subject. The evidence is in {}; whoever shows it gets a"
              + " tenth of the stake: ./myelin stake validator report {}",
          found.operator(),
          file,
          file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }
}
