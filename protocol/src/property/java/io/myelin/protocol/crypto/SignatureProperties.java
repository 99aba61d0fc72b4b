package io.myelin.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.ids.Digest;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

final class SignatureProperties {
  @Provide
  Arbitrary<Digest> digests() {
    return Arbitraries.bytes().array(byte[].class).ofSize(32).map(Digest::of);
  }

  @Provide
  Arbitrary<OperatorKey> keys() {
    return Arbitraries.longs().map(seed -> OperatorKey.generate(new Random(seed)));
  }

  @Property
  void recoversTheSigner(@ForAll("keys") OperatorKey key, @ForAll("digests") Digest digest) {
    Signature signature = key.sign(digest);

    assertThat(Signers.recover(digest, signature)).contains(key.address());
    assertThat(Signature.of(signature.bytes())).isEqualTo(signature);
    assertThat(Signature.parse(signature.toString())).isEqualTo(signature);
  }

  @Property
  void noChangedBitRecoversTheSigner(
      @ForAll("keys") OperatorKey key,
      @ForAll("digests") Digest digest,
      @ForAll @IntRange(max = 8 * (Signature.LENGTH + Digest.LENGTH) - 1) int bit) {
    byte[] both = new byte[Signature.LENGTH + Digest.LENGTH];
    System.arraycopy(key.sign(digest).bytes(), 0, both, 0, Signature.LENGTH);
    System.arraycopy(digest.bytes(), 0, both, Signature.LENGTH, Digest.LENGTH);
    both[bit / 8] ^= (byte) (1 << bit % 8);

    Signature changed;
    try {
      changed = Signature.of(Arrays.copyOf(both, Signature.LENGTH));
    } catch (IllegalArgumentException e) {
      return; // Out of range: refused before any recovery.
    }
    Digest over = Digest.of(Arrays.copyOfRange(both, Signature.LENGTH, both.length));
    assertThat(Signers.signedBy(key.address(), over, changed)).isFalse();
  }
}
