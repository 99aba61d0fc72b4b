package io.myelin.chain.web3j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.protocol.ids.Address;
import org.junit.jupiter.api.Test;

final class CreatedAddressTest {
  private static final Address DEPLOYER =
      Address.parse("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");

  @Test
  void shouldBeWhatOthersPublished() {
    // https://ethereum.stackexchange.com/questions/760, the usual example.
    assertThat(CreatedAddress.of(DEPLOYER, 0))
        .isEqualTo(Address.parse("0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"));
    assertThat(CreatedAddress.of(DEPLOYER, 1))
        .isEqualTo(Address.parse("0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"));
    assertThat(CreatedAddress.of(DEPLOYER, 2))
        .isEqualTo(Address.parse("0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91"));
    assertThat(CreatedAddress.of(DEPLOYER, 3))
        .isEqualTo(Address.parse("0xfffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c"));
  }

  @Test
  void shouldRefuseANegativeNonce() {
    assertThatThrownBy(() -> CreatedAddress.of(DEPLOYER, -1)).hasMessageContaining("nonce");
  }
}
