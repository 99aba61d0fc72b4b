package io.myelin.protocol.typeddata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

final class TypedStructTest {
  private static final StructType TYPE = StructType.parse("Pair(uint8 small,address who)");

  @Test
  void holdsEachFieldToItsDeclaration() {
    assertThatIllegalStateException()
        .isThrownBy(() -> new StructEncoder(TYPE).address(Address.ZERO))
        .withMessageContaining("Pair.small: wrote address, declared uint8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StructEncoder(TYPE).uint(256))
        .withMessage("small: 256 (expected: an unsigned integer of 8 bits)");
    assertThatIllegalArgumentException().isThrownBy(() -> new StructEncoder(TYPE).uint(-1));
  }

  @Test
  void wantsEveryFieldAndNoMore() {
    StructEncoder encoder = new StructEncoder(TYPE);
    encoder.uint(255);
    assertThatIllegalStateException()
        .isThrownBy(encoder::finish)
        .withMessage("Pair: 1 fields written of 2");
    encoder.address(Address.ZERO);
    assertThatIllegalStateException().isThrownBy(() -> encoder.bool(true));
  }

  @Test
  void readsTypesInCanonicalFormOnly() {
    assertThat(TYPE.typeString()).isEqualTo("Pair(uint8 small,address who)");
    assertThatIllegalArgumentException().isThrownBy(() -> StructType.parse("Pair"));
    assertThatIllegalArgumentException().isThrownBy(() -> StructType.parse("Pair(uint8)"));
  }

  @Test
  void anotherDomainIsAnotherDigest() {
    TaskOffer offer =
        new TaskOffer(
            TaskId.of(new byte[32]),
            SessionId.of(new byte[32]),
            Address.ZERO,
            1,
            true,
            Digest.ZERO,
            0);
    assertThat(Eip712Domain.local().digest(offer))
        .isNotEqualTo(new Eip712Domain(1, Address.ZERO).digest(offer));
  }

  @Test
  void refusesValuesOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeHello(Address.ZERO, Digest.ZERO, Address.ZERO, 0, Digest.ZERO))
        .withMessage("slots: 0 (expected: >= 1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> session("", BigInteger.ONE))
        .withMessageContaining("model: blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> session("m", BigInteger.TWO.pow(256)))
        .withMessageContaining("expected: 0 to 2^256 - 1");
    assertThatIllegalArgumentException().isThrownBy(() -> new Eip712Domain(-1, Address.ZERO));
  }

  private static SessionRequest session(String model, BigInteger budgetWei) {
    return new SessionRequest(Address.ZERO, Address.ZERO, model, 1, 0, budgetWei, 0, Digest.ZERO);
  }
}
