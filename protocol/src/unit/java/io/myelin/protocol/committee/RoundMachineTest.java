package io.myelin.protocol.committee;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.committee.RoundState.Outcome;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.VerdictSeal;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What counts as a pass and what does not; the rest is in the properties. */
final class RoundMachineTest {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final Salt SALT = Salt.of(new byte[Salt.LENGTH]);
  private static final OperatorKey ONE = OperatorKey.generate(new Random(1));
  private static final OperatorKey TWO = OperatorKey.generate(new Random(2));
  private static final Digest WANTED =
      DOMAIN.digest(new Attestation(Digest.ZERO, Digest.ZERO, Digest.ZERO));

  private RoundState state =
      RoundState.fresh(terms(List.of(Optional.of(ONE.address()), Optional.of(TWO.address())), 1));

  private static RoundTerms terms(List<Optional<Address>> operators, int quorum) {
    return new RoundTerms(
        Digest.ZERO,
        Digest.ZERO,
        DOMAIN,
        operators,
        quorum,
        Verdict.attesting(WANTED),
        10,
        100,
        200);
  }

  private List<RoundEffect> take(RoundEvent event) {
    RoundMachine.Step step = RoundMachine.step(state, event, 0);
    state = step.state();
    return step.effects();
  }

  private static SignedSeal seal(OperatorKey key, Payload payload) {
    VerdictSeal what =
        new VerdictSeal(
            Digest.ZERO, Digest.ZERO, SignedSeal.sealOf(Digest.ZERO, key.address(), payload, SALT));
    return new SignedSeal(key.address(), what, key.sign(DOMAIN.digest(what)));
  }

  @Test
  void shouldNotTakeAnEmptyProofOrAStatusForAPass() {
    Payload empty = Payload.of(new byte[0]);
    take(new RoundEvent.Began());
    take(new RoundEvent.Declined(1, "404"));
    take(new RoundEvent.GaveSeal(0, seal(ONE, empty)));
    take(new RoundEvent.Opened(0, empty, SALT));
    assertThat(state.outcome()).contains(Outcome.IMPOSSIBLE);
    assertThat(state.seats().get(0))
        .isInstanceOfSatisfying(
            SeatState.Lied.class,
            lied -> assertThat(lied.lie()).isEqualTo(SeatState.Lie.BAD_SIGNATURE));
    assertThat(state.seats().get(1)).isInstanceOf(SeatState.Refused.class);
  }

  @Test
  void shouldTakeAFindingOrAnotherKeysSignatureForNoPass() {
    for (Verdict verdict :
        List.of(
            new Verdict.Stated(Payload.of(WANTED.bytes())),
            new Verdict.Yes(TWO.sign(WANTED)),
            new Verdict.Yes(ONE.sign(Digest.ZERO)))) {
      assertThat(Verdict.attesting(WANTED).read(ONE.address(), verdict))
          .isInstanceOf(Verdict.Count.Invalid.class);
      assertThat(Verdict.parse(verdict.payload())).isEqualTo(verdict);
    }
    assertThat(Verdict.attesting(WANTED).read(ONE.address(), new Verdict.Yes(ONE.sign(WANTED))))
        .isInstanceOf(Verdict.Count.For.class);
  }

  @Test
  void shouldAgreeByOneWhereOneIsAQuorumAndTheOtherDeclines() {
    Payload yes = new Verdict.Yes(ONE.sign(WANTED)).payload();
    assertThat(take(new RoundEvent.Began())).hasSize(2);
    assertThat(take(new RoundEvent.GaveSeal(0, seal(ONE, yes)))).isEmpty();
    assertThat(take(new RoundEvent.Declined(1, "NOT_SEATED: no")))
        .containsExactly(new RoundEffect.AskReveal(0, List.of(seal(ONE, yes))));
    assertThat(take(new RoundEvent.Opened(0, yes, SALT)))
        .containsExactly(new RoundEffect.End(Outcome.AGREED));
    assertThat(state.agreed()).containsExactly(0);
  }

  @Test
  void shouldRefuseOneKeyOnTwoSeats() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> terms(List.of(Optional.of(ONE.address()), Optional.of(ONE.address())), 2))
        .withMessageContaining("two seats");
    assertThatIllegalArgumentException().isThrownBy(() -> terms(List.of(), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RoundMachine.step(state, new RoundEvent.Silent(2, "x"), 0))
        .withMessage("seat: 2 (expected: 0 to 1)");
  }
}
