package io.myelin.chain.web3j;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.Fees;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.web3j.rlp.RlpDecoder;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;

final class TransactionSignerTest {
  private static final OperatorKey KEY = OperatorKey.generate(new Random(1));

  @Test
  void shouldSignWhatDecodesToTheSameFieldsByTheSameAccount() {
    TransactionSigner signer = new TransactionSigner(KEY, 42_161);
    SignedTransaction signed =
        signer.sign(
            0,
            new Fees(BigInteger.valueOf(300), BigInteger.ZERO),
            21_000,
            Optional.of(Address.parse("0x" + "ab".repeat(20))),
            BigInteger.TEN,
            Bytes.parse("0x0102"));

    byte[] raw = signed.raw().toArray();
    assertThat(raw[0]).isEqualTo((byte) 2);
    assertThat(signed.hash()).isEqualTo(Keccak256.hash(raw));
    RlpList fields =
        (RlpList) RlpDecoder.decode(Arrays.copyOfRange(raw, 1, raw.length)).getValues().getFirst();
    assertThat(number(fields, 0)).isEqualTo(42_161);
    assertThat(number(fields, 1)).isZero();
    assertThat(number(fields, 3)).isEqualTo(300);
    assertThat(number(fields, 4)).isEqualTo(21_000);
    RlpList unsigned = new RlpList(fields.getValues().subList(0, 9));
    byte[] list = RlpEncoder.encode(unsigned);
    byte[] rsv = new byte[65];
    copyRight(bytes(fields, 10), rsv, 32);
    copyRight(bytes(fields, 11), rsv, 64);
    rsv[64] = (byte) (27 + number(fields, 9));
    assertThat(Signers.recover(Keccak256.hash(new byte[] {2}, list), Signature.of(rsv)))
        .hasValue(KEY.address());
  }

  private static byte[] bytes(RlpList fields, int index) {
    return ((RlpString) fields.getValues().get(index)).getBytes();
  }

  private static long number(RlpList fields, int index) {
    return new BigInteger(1, bytes(fields, index)).longValueExact();
  }

  private static void copyRight(byte[] from, byte[] to, int end) {
    System.arraycopy(from, 0, to, end - from.length, from.length);
  }
}
