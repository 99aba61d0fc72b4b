package io.myelin.protocol.committee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ContradictionTest {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final OperatorKey KEY = OperatorKey.generate(new Random(1));
  private static final OperatorKey OTHER = OperatorKey.generate(new Random(2));

  private static Digest digest(int number) {
    return Sha256.hash(new byte[] {(byte) number});
  }

  private static Attestation attestation(int subject, int content) {
    return new Attestation(digest(0), digest(subject), digest(content));
  }

  private static Contradiction signed(Attestation first, Attestation second, OperatorKey by) {
    return new Contradiction(
        KEY.address(),
        first,
        KEY.sign(DOMAIN.digest(first)),
        second,
        by.sign(DOMAIN.digest(second)));
  }

  @Test
  void shouldComeBackFromItsFile() {
    Contradiction found = signed(attestation(1, 2), attestation(1, 3), KEY);
    assertThat(Contradiction.parse(found.json())).isEqualTo(found);
    assertThat(found.holds(DOMAIN)).isTrue();
  }

  @Test
  void shouldHoldForOneKeyOnly() {
    assertThat(signed(attestation(1, 2), attestation(1, 3), OTHER).holds(DOMAIN)).isFalse();
  }

  @Test
  void shouldNotBeOfTwoSubjectsOrOneContent() {
    assertThatThrownBy(() -> signed(attestation(1, 2), attestation(2, 3), KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one subject");
    assertThatThrownBy(() -> signed(attestation(1, 2), attestation(1, 2), KEY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("differ");
  }

  @Test
  void shouldSayWhatIsWrongWithAFile() {
    String json = signed(attestation(1, 2), attestation(1, 3), KEY).json();
    assertThatThrownBy(() -> Contradiction.parse("[")).hasMessageContaining("not JSON");
    assertThatThrownBy(() -> Contradiction.parse("{}")).hasMessageContaining("evidence: missing");
    assertThatThrownBy(() -> Contradiction.parse(json.replace("double-signing", "hearsay")))
        .hasMessageContaining("hearsay");
    assertThatThrownBy(() -> Contradiction.parse(json.replace("secondContent", "third")))
        .hasMessageContaining("secondContent: missing");
  }
}
