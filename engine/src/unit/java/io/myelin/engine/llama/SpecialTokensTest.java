package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.jinja.MarkedText;
import io.myelin.engine.llama.SpecialTokens.Piece;
import io.myelin.engine.llama.SpecialTokens.Special;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpecialTokensTest {
  private static final SpecialTokens SPECIALS =
      new SpecialTokens(
          List.of(
              mark(1, "<s>"),
              mark(2, "<end>"),
              mark(3, "<end>>"),
              new Special(4, "\n\n", false, false, false),
              new Special(5, "<strip>", true, true, true),
              new Special(6, "", true, false, false)));

  private static Special mark(int token, String text) {
    return new Special(token, text, true, false, false);
  }

  private static String show(MarkedText... parts) {
    MarkedText.Joiner joiner = new MarkedText.Joiner();
    for (MarkedText part : parts) {
      joiner.add(part);
    }
    StringBuilder shown = new StringBuilder();
    for (Piece piece : SPECIALS.cut(joiner.joined())) {
      switch (piece) {
        case Piece.Token token -> shown.append("[").append(token.token()).append("]");
        case Piece.Text text -> shown.append("(").append(text.text()).append(")");
      }
    }
    return shown.toString();
  }

  private static MarkedText template(String text) {
    return MarkedText.template(text);
  }

  private static MarkedText content(String text) {
    return MarkedText.content(text);
  }

  @Test
  void shouldCutAtWhatTheTemplateWrote() {
    assertThat(show(template("<s>user"), content("Hi"), template("<end>")))
        .isEqualTo("[1](userHi)[2]");
  }

  @Test
  void shouldLeaveContentAlone() {
    assertThat(show(template("<s>"), content("a<end><s>b"), template("<end>")))
        .isEqualTo("[1](a<end><s>b)[2]");
    // Neither is what only together spells a mark.
    assertThat(show(template("<e"), content("nd"), template(">"))).isEqualTo("(<end>)");
    assertThat(show(content("<"), template("s>"))).isEqualTo("(<s>)");
  }

  @Test
  void shouldFindHarmlessTokensEverywhere() {
    assertThat(show(content("a\n"), template("\nb"), content("\n\n"))).isEqualTo("(a)[4](b)[4]");
  }

  @Test
  void shouldPreferTheLongestThenTheLeftmost() {
    assertThat(show(template("<end>>"))).isEqualTo("[3]");
    assertThat(show(template("<end>"), content(">"))).isEqualTo("[2](>)");
    assertThat(show(template("\n\n\n"))).isEqualTo("[4](\n)");
  }

  @Test
  void shouldStripSpaceAroundTokensThatSaySo() {
    assertThat(show(content("a \n"), template("<strip>"), content(" \tb"))).isEqualTo("(a)[5](b)");
    assertThat(show(template("<s> <strip> <s>"))).isEqualTo("[1][5][1]");
  }
}
