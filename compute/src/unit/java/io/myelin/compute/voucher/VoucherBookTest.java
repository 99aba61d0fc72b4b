package io.myelin.compute.voucher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.NodeVoucher;
import io.myelin.v1.Voucher;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VoucherBookTest {
  private static final OperatorKey GATEWAY = OperatorKey.generate(new Random(1));
  private static final OperatorKey NODE = OperatorKey.generate(new Random(2));
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final SessionId SESSION = SessionId.parse("5e".repeat(32));
  private static final ByteString ID = ByteString.copyFrom(SESSION.bytes());

  @TempDir private Path folder;

  private VoucherBook open() throws Exception {
    return VoucherBook.open(folder, NODE.address(), DOMAIN);
  }

  private static Voucher voucher(OperatorKey signer, long tasks, long wei) {
    BigInteger earned = BigInteger.valueOf(wei);
    NodeVoucher statement = new NodeVoucher(SESSION, NODE.address(), tasks, earned);
    return Voucher.newBuilder()
        .setSessionId(ID)
        .setTasks(tasks)
        .setEarnedWei(ByteString.copyFrom(earned.toByteArray()))
        .setSignature(ByteString.copyFrom(signer.sign(DOMAIN.digest(statement)).bytes()))
        .build();
  }

  @Test
  void shouldKeepTheGreatestOverARestart() throws Exception {
    VoucherBook book = open();
    book.accept(GATEWAY.address(), voucher(GATEWAY, 2, 70));
    // One that was overtaken on its way.
    book.accept(GATEWAY.address(), voucher(GATEWAY, 1, 40));
    VoucherBook again = open();
    VoucherBook.Held held = again.of(SESSION).orElseThrow();
    assertThat(held.tasks()).isEqualTo(2);
    assertThat(held.earnedWei()).isEqualTo(70);
    assertThat(held.gateway()).isEqualTo(GATEWAY.address());
    again.accept(GATEWAY.address(), voucher(GATEWAY, 3, 90));
    assertThat(open().of(SESSION).orElseThrow().earnedWei()).isEqualTo(90);
  }

  @Test
  void shouldRefuseWhatTheGatewayDidNotSign() throws Exception {
    VoucherBook book = open();
    assertThatThrownBy(() -> book.accept(GATEWAY.address(), voucher(NODE, 1, 40)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not by gateway " + GATEWAY.address());
    assertThatThrownBy(
            () ->
                book.accept(
                    GATEWAY.address(), voucher(GATEWAY, 1, 40).toBuilder().setTasks(9).build()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(book.of(SESSION)).isEmpty();
  }

  @Test
  void shouldCountWhatIsNotVouchedFor() throws Exception {
    VoucherBook book = open();
    for (int i = 0; i < 3; i++) {
      book.completed(ID);
    }
    assertThat(book.unpaid(ID)).isEqualTo(3);
    book.accept(GATEWAY.address(), voucher(GATEWAY, 2, 70));
    assertThat(book.unpaid(ID)).isEqualTo(1);
    book.accept(GATEWAY.address(), voucher(GATEWAY, 3, 90));
    assertThat(book.unpaid(ID)).isZero();
  }

  @Test
  void shouldLeaveADamagedFileAloneAndGoOn() throws Exception {
    open().accept(GATEWAY.address(), voucher(GATEWAY, 2, 70));
    Files.writeString(folder.resolve("broken.voucher"), "not one");
    assertThat(open().of(SESSION)).isPresent();
    assertThat(folder.resolve("broken.voucher")).exists();
  }
}
