package io.myelin.gateway.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.SelectionSeed;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's half of the seeds that draw nodes. Each secret is committed to before it is used,
 * used once, and then revealed with the session.
 */
final class SeedSecrets {
  private final RandomGenerator random;

  @GuardedBy("this")
  private Digest next;

  SeedSecrets(RandomGenerator random) {
    this.random = random;
    this.next = draw();
  }

  /** What will be used next, committed to. */
  synchronized Digest commitment() {
    return SelectionSeed.commitmentTo(next);
  }

  /** Uses the secret, unless the client insists on another commitment. */
  synchronized Optional<Digest> use(@Nullable Digest commitment) {
    if (commitment != null && !commitment.equals(SelectionSeed.commitmentTo(next))) {
      return Optional.empty();
    }
    Digest used = next;
    next = draw();
    return Optional.of(used);
  }

  private Digest draw() {
    byte[] bytes = new byte[Digest.LENGTH];
    random.nextBytes(bytes);
    return Digest.of(bytes);
  }
}
