package io.myelin.protocol.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class OperatorKeyTest {
  // The key of web3.js's documentation.
  private static final OperatorKey KEY =
      OperatorKey.parse("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");

  private static final Digest DIGEST = Keccak256.hash("hello".getBytes(StandardCharsets.UTF_8));

  @Test
  void derivesTheAddressThatEthereumDerives() {
    assertThat(KEY.address()).hasToString("0x2c7536e3605d9c16a7a3d7b1898e529396a65c23");
  }

  @Test
  void hashesAsEthereumAndFipsDo() {
    assertThat(Keccak256.hash(new byte[0]))
        .hasToString("c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    assertThat(Sha256.hash("abc".getBytes(StandardCharsets.UTF_8)))
        .hasToString("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void signsSoThatOnlyItsAddressIsRecovered() {
    Signature signature = KEY.sign(DIGEST);

    assertThat(Signers.recover(DIGEST, signature)).contains(KEY.address());
    assertThat(Signers.signedBy(KEY.address(), Digest.ZERO, signature)).isFalse();
    assertThat(KEY.sign(DIGEST)).isEqualTo(signature);
  }

  @Test
  void refusesTheOtherSignatureThatAnyoneCanDerive() {
    byte[] bytes = KEY.sign(DIGEST).bytes();
    BigInteger s = new BigInteger(1, bytes, 32, 32);
    byte[] high = Signature.GROUP_ORDER.subtract(s).toByteArray();
    System.arraycopy(high, high.length - 32, bytes, 32, 32);
    bytes[64] = (byte) (bytes[64] == 27 ? 28 : 27);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.of(bytes))
        .withMessageContaining("expected: the low one");
  }

  @Test
  void refusesSignaturesOutOfRange() {
    byte[] bytes = KEY.sign(DIGEST).bytes();
    bytes[64] = 29;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Signature.of(bytes))
        .withMessageContaining("v = 29 (expected: 27 or 28)");
    assertThatIllegalArgumentException().isThrownBy(() -> Signature.of(new byte[64]));
    byte[] zero = new byte[65];
    zero[64] = 27;
    assertThatIllegalArgumentException().isThrownBy(() -> Signature.of(zero));
    assertThatIllegalArgumentException().isThrownBy(() -> Signature.parse("0x" + "g".repeat(130)));
  }

  @Test
  void aPointThatIsNoneRecoversNobody() {
    byte[] bytes = KEY.sign(DIGEST).bytes();
    // x = 5 is on no point of secp256k1.
    Arrays.fill(bytes, 0, 31, (byte) 0);
    bytes[31] = 5;

    assertThat(Signers.recover(DIGEST, Signature.of(bytes))).isEmpty();
  }

  @Test
  void keepsTheKeyOutOfMessages() {
    String secret = HexFormat.of().formatHex(KEY.privateKeyBytes());
    assertThat(KEY).hasToString("OperatorKey[" + KEY.address() + "]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OperatorKey.parse(secret + "zz"))
        .withNoCause()
        .withMessageNotContaining(secret);
    assertThatIllegalArgumentException().isThrownBy(() -> OperatorKey.parse("00".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> OperatorKey.parse("ff".repeat(32)));
    assertThatIllegalArgumentException().isThrownBy(() -> OperatorKey.parse("01"));
  }
}
