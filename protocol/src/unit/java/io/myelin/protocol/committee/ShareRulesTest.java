package io.myelin.protocol.committee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.committee.ShareRules.Step;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The order of sealing and showing. */
final class ShareRulesTest {

  @ParameterizedTest
  @CsvSource({
    // version, owes, forgivenUpTo
    "0, 0, 0, SEAL",
    "7, 0, 0, SEAL",
    "7, 8, 0, WAIT",
    "7, 7, 0, SHOW",
    // Too late by one set: it is passed over in this one, and may not come back into it.
    "7, 6, 0, WAIT",
    "7, 5, 0, SEAL",
    "7, 6, 6, SEAL",
    "7, 6, 5, WAIT",
    "7, 7, 7, SHOW"
  })
  void shouldSealThenShow(long version, long owes, long forgivenUpTo, Step expected) {
    assertThat(ShareRules.next(version, owes, forgivenUpTo)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "7, 9, 0", "7, -1, 0", "7, 0, -1"})
  void shouldRefuseWhatNoContractSays(long version, long owes, long forgivenUpTo) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ShareRules.next(version, owes, forgivenUpTo))
        .withMessageContaining("owes");
  }
}
