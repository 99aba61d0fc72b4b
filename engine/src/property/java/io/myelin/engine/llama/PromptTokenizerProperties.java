package io.myelin.engine.llama;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.engine.jinja.MarkedText;
import io.myelin.engine.llama.SpecialTokens.Special;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Over the worst tokeniser there can be, one that makes a mark of everything that spells one (some
 * do merge a control token's text into it): no content becomes a mark, and nothing gets lost.
 */
class PromptTokenizerProperties {
  private static final List<String> MARKS =
      List.of("<s>", "</s>", "<|im_start|>", "<|im_end|>", "<<", "aa", "<|im_start|><");
  private static final int FIRST_MARK = 0x110000;

  private static int[] greedy(String text) {
    List<Integer> tokens = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int best = -1;
      for (int mark = 0; mark < MARKS.size(); mark++) {
        if (text.startsWith(MARKS.get(mark), at)
            && (best < 0 || MARKS.get(mark).length() > MARKS.get(best).length())) {
          best = mark;
        }
      }
      tokens.add(best < 0 ? text.charAt(at) : FIRST_MARK + best);
      at += best < 0 ? 1 : MARKS.get(best).length();
    }
    return tokens.stream().mapToInt(Integer::intValue).toArray();
  }

  private static final PromptTokenizer TOKENIZER =
      new PromptTokenizer(
          new SpecialTokens(
              IntStream.range(0, MARKS.size())
                  .mapToObj(i -> new Special(FIRST_MARK + i, MARKS.get(i), true, false, false))
                  .toList()),
          PromptTokenizerProperties::greedy);

  private static String text(int[] tokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      if (token >= FIRST_MARK) {
        text.append(MARKS.get(token - FIRST_MARK));
      } else {
        text.append((char) token);
      }
    }
    return text.toString();
  }

  private static int[] marks(int[] tokens) {
    return Arrays.stream(tokens).filter(token -> token >= FIRST_MARK).toArray();
  }

  @Provide
  Arbitrary<String> text() {
    return Arbitraries.oneOf(
            Arbitraries.of(MARKS), Arbitraries.of("<", "|", ">", "im_", "start", "s", "/", "a"))
        .list()
        .ofMaxSize(12)
        .map(parts -> String.join("", parts));
  }

  @Property
  void noContentBecomesAMark(@ForAll("text") String content) {
    int[] tokens = TOKENIZER.tokens(MarkedText.content(content));
    assertThat(marks(tokens)).isEmpty();
    assertThat(text(tokens)).isEqualTo(content);
  }

  @Property
  void aTemplateAloneIsTokenisedAsAWhole(@ForAll("text") String template) {
    assertThat(text(TOKENIZER.tokens(MarkedText.template(template)))).isEqualTo(template);
  }

  @Property
  void contentAddsNoMarkToATemplate(
      @ForAll("text") String first, @ForAll("text") String second, @ForAll("text") String third) {
    MarkedText whole =
        new MarkedText.Joiner()
            .add(MarkedText.content(first))
            .add(MarkedText.template("[" + second + "]"))
            .add(MarkedText.content(third))
            .joined();
    int[] tokens = TOKENIZER.tokens(whole);
    assertThat(text(tokens)).isEqualTo(whole.text());
    int[] own = TOKENIZER.tokens(MarkedText.template("[" + second + "]"));
    assertThat(marks(tokens)).isEqualTo(marks(own));
  }
}
