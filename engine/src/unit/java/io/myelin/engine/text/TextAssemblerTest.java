package io.myelin.engine.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.engine.text.TextAssembler.Released;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TextAssemblerTest {

  private static String show(Released released) {
    return released.tokens() + ":" + released.text().toStringUtf8();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void shouldHoldBackOnlyWhatMayBecomeAStop() {
    TextAssembler assembler = new TextAssembler(List.of("END"));
    assertThat(show(assembler.push(bytes("the ")))).isEqualTo("1:the ");
    assertThat(show(assembler.push(bytes("E")))).isEqualTo("0:");
    assertThat(show(assembler.push(bytes("N")))).isEqualTo("0:");
    assertThat(show(assembler.push(bytes("E")))).isEqualTo("2:EN");
    assertThat(show(assembler.push(bytes("ND of it")))).isEqualTo("2:");
    assertThat(assembler.stopped()).isTrue();
    assertThatThrownBy(() -> assembler.push(bytes("x"))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void shouldTakeTheStopThatIsCompleteFirst() {
    TextAssembler assembler = new TextAssembler(List.of("abcd", "bc", "abc"));
    assertThat(show(assembler.push(bytes("xabcd")))).isEqualTo("1:x");
  }

  @Test
  void shouldDropAnUnfinishedCharacterAtTheEndOnly() {
    TextAssembler assembler = new TextAssembler(List.of());
    assertThat(show(assembler.push(new byte[] {'a', (byte) 0xE2}))).isEqualTo("0:");
    assertThat(show(assembler.push(new byte[] {(byte) 0x82}))).isEqualTo("0:");
    assertThat(show(assembler.finish())).isEqualTo("2:a");
    assertThat(show(assembler.push(new byte[] {(byte) 0xE2}))).isEqualTo("0:");
    assertThat(show(assembler.push(bytes("b")))).isEqualTo("2:\uFFFDb");
  }

  @Test
  void shouldPassTokensWithoutText() {
    TextAssembler assembler = new TextAssembler(List.of("x"));
    assertThat(show(assembler.push(new byte[0]))).isEqualTo("1:");
    assertThat(assembler.heldTokens()).isZero();
  }

  @Test
  void shouldRefuseStopsThatMakeNoSense() {
    assertThatThrownBy(() -> new TextAssembler(List.of(""))).hasMessageContaining("1..1024");
    assertThatThrownBy(() -> new TextAssembler(Collections.nCopies(33, "x")))
        .hasMessageContaining("at most 32");
  }
}
