package io.myelin.protocol.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Whatever a file holds, it is a receipt that reads back the same, or refused with a reason. */
final class ReceiptFuzz {
  private static final SignedReceipt HONEST = TestingReceipts.signed();

  @FuzzTest(maxDuration = "5s")
  void readsOrRefuses(byte[] file) throws ReceiptFormatException {
    String text = new String(file, StandardCharsets.UTF_8);
    Verification verification = ReceiptVerifier.verifyJson(text, ReceiptEvidence.none());
    SignedReceipt read;
    try {
      read = SignedReceipt.parse(text);
    } catch (ReceiptFormatException e) {
      assertThat(e.getMessage()).isNotBlank();
      assertThat(verification.holds()).isFalse();
      return;
    }
    assertThat(SignedReceipt.parse(read.json())).isEqualTo(read);
    // No change of bytes makes another receipt that holds: that would be a forged signature.
    assertThat(verification.holds()).isEqualTo(read.equals(HONEST));
  }
}
