package io.myelin.protocol.ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FixedBytesTest {
  private static final String HEX64 =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

  @Test
  void textAndBytesAreTwoFormsOfOne() {
    TaskId id = TaskId.parse(HEX64);
    assertThat(id.toString()).isEqualTo(HEX64);
    assertThat(TaskId.of(id.bytes())).isEqualTo(id).hasSameHashCodeAs(id);
    assertThat(Address.parse("0xABCDEFabcdef0123456789012345678901234567"))
        .hasToString("0xabcdefabcdef0123456789012345678901234567");
  }

  @Test
  void typesWithEqualBytesAreNotEqual() {
    assertThat((Object) TaskId.parse(HEX64)).isNotEqualTo(SessionId.parse(HEX64));
  }

  @Test
  void bytesHandedInOrOutAreCopies() {
    byte[] in = new byte[32];
    Digest digest = Digest.of(in);
    in[0] = 1;
    digest.bytes()[1] = 1;
    assertThat(digest).isEqualTo(Digest.ZERO);
    assertThat(digest.isZero()).isTrue();
  }

  @Test
  void badTextNamesValueAndExpectation() {
    assertThatThrownBy(() -> TaskId.parse("xyz"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("task id: \"xyz\" (expected: 64 hex digits)");
    assertThatThrownBy(() -> Digest.parse(HEX64.replace('a', 'g')))
        .hasMessageContaining("expected: 64 hex digits");
    assertThatThrownBy(() -> Address.parse("abcdefabcdef0123456789012345678901234567"))
        .hasMessageContaining("expected: 0x and 40 hex digits");
    assertThatThrownBy(() -> Address.of(new byte[32]))
        .hasMessage("address: 32 bytes (expected: 20 bytes)");
  }

  @Test
  void orderIsUnsigned() {
    byte[] high = new byte[32];
    high[0] = (byte) 0xff;
    assertThat(List.of(Digest.of(high), Digest.ZERO).stream().sorted())
        .containsExactly(Digest.ZERO, Digest.of(high));
  }

  @Test
  void jsonIsTheText() throws Exception {
    ObjectMapper json = new ObjectMapper();
    Address node = Address.parse("0xabcdefabcdef0123456789012345678901234567");
    assertThat(json.writeValueAsString(node)).isEqualTo("\"" + node + "\"");
    assertThat(json.readValue("\"" + node + "\"", Address.class)).isEqualTo(node);
    assertThat(json.readValue("\"" + HEX64 + "\"", TaskId.class)).isEqualTo(TaskId.parse(HEX64));
  }
}
