package io.myelin.validator;

import io.myelin.protocol.committee.Payload;
import io.myelin.protocol.committee.SignedSeal;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.VerdictSeal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Verdicts that were sealed and may have to be shown, in memory: bounded in number and time. Who
 * forgets one seals the very same again, since the salt follows from the key and the verdict; so
 * nothing of this has to be on disk.
 */
final class Rounds {
  private static final int MOST = 4_096;
  private static final Duration FOR = Duration.ofMinutes(10);

  private final OperatorKey key;
  private final Eip712Domain domain;
  private final byte[] secret;
  private final Map<Key, Pending> pending = new LinkedHashMap<>();

  private record Key(Digest subject, Digest round) {}

  /**
   * A verdict that waits to be shown.
   *
   * @param committee the owners who sit in it
   * @param seal what was given out
   */
  record Pending(
      List<Address> committee, SignedSeal seal, Payload payload, Salt salt, long atNanos) {}

  Rounds(OperatorKey key, Eip712Domain domain) {
    this.key = key;
    this.domain = domain;
    Digest purpose = Keccak256.hash("myelin/validator/salt/1".getBytes(StandardCharsets.UTF_8));
    // Signatures are deterministic, and this one never leaves.
    this.secret = Keccak256.hashBytes(key.sign(purpose).bytes());
  }

  /** Seals a verdict; the one that this subject has in this round already, if it has one. */
  synchronized SignedSeal seal(Sitting sitting, Digest round, Verdict verdict, long nowNanos) {
    Key id = new Key(sitting.subject(), round);
    Optional<Pending> earlier = find(sitting.subject(), round, nowNanos);
    if (earlier.isPresent()) {
      return earlier.get().seal();
    }
    Payload payload = verdict.payload();
    Salt salt =
        Salt.of(
            Keccak256.hashBytes(secret, round.bytes(), sitting.subject().bytes(), payload.bytes()));
    VerdictSeal what =
        new VerdictSeal(
            sitting.subject(), round, SignedSeal.sealOf(round, key.address(), payload, salt));
    SignedSeal seal = new SignedSeal(key.address(), what, key.sign(domain.digest(what)));
    pending.remove(id);
    pending.put(id, new Pending(sitting.committee(), seal, payload, salt, nowNanos));
    if (pending.size() > MOST) {
      pending.remove(pending.keySet().iterator().next());
    }
    return seal;
  }

  /** What was sealed on this subject in this round; empty when nothing was, or too long ago. */
  synchronized Optional<Pending> find(Digest subject, Digest round, long nowNanos) {
    return Optional.ofNullable(pending.get(new Key(subject, round)))
        .filter(one -> nowNanos - one.atNanos() < FOR.toNanos());
  }
}
