package io.myelin.gateway.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.SelectionSeed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The gateway's half of the seeds that draw nodes. Each secret is committed to before it is used,
 * used once, and then revealed with the session. Everybody who asks gets a commitment of their own,
 * so that clients who open at the same time do not spoil each other's signatures.
 */
final class SeedSecrets {
  /** Commitments handed out and not used; the oldest is forgotten first. */
  private static final int OUTSTANDING = 4_096;

  private final RandomGenerator random;

  @GuardedBy("this")
  private final Map<Digest, Digest> secretByCommitment = new LinkedHashMap<>();

  SeedSecrets(RandomGenerator random) {
    this.random = random;
  }

  /** A new commitment. */
  synchronized Digest commitment() {
    byte[] bytes = new byte[Digest.LENGTH];
    random.nextBytes(bytes);
    Digest secret = Digest.of(bytes);
    Digest commitment = SelectionSeed.commitmentTo(secret);
    secretByCommitment.put(commitment, secret);
    if (secretByCommitment.size() > OUTSTANDING) {
      secretByCommitment.remove(secretByCommitment.keySet().iterator().next());
    }
    return commitment;
  }

  /** The secret behind a commitment, once. */
  synchronized Optional<Digest> use(Digest commitment) {
    return Optional.ofNullable(secretByCommitment.remove(commitment));
  }
}
