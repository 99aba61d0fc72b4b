package io.myelin.engine.llama;

import io.myelin.engine.jinja.MarkedText;
import io.myelin.engine.llama.SpecialTokens.Piece;
import io.myelin.engine.llama.SpecialTokens.Special;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Tokens of rendered chats. Only what the template wrote becomes marks; whatever a request says
 * stays text, even where the model's tokeniser would merge it into a mark.
 */
final class PromptTokenizer {
  private final SpecialTokens specials;
  private final Function<String, int[]> plain;

  /**
   * A tokeniser over a model's own.
   *
   * @param plain tokens of text in which no control token is looked for, and to which none is added
   */
  PromptTokenizer(SpecialTokens specials, Function<String, int[]> plain) {
    this.specials = specials;
    this.plain = plain;
  }

  int[] tokens(MarkedText prompt) {
    TokenList tokens = new TokenList(new int[0]);
    for (Piece piece : specials.cut(prompt)) {
      switch (piece) {
        case Piece.Token token -> tokens.add(token.token());
        case Piece.Text text -> addPlain(text.text(), tokens);
      }
    }
    return tokens.toArray();
  }

  private void addPlain(String text, TokenList out) {
    int[] tokens = plain.apply(text);
    int[] cuts = cuts(text, tokens);
    if (cuts.length == 0) {
      for (int token : tokens) {
        out.add(token);
      }
      return;
    }
    int from = 0;
    for (int cut : cuts) {
      addPlain(text.substring(from, cut), out);
      from = cut;
    }
    addPlain(text.substring(from), out);
  }

  /** Where to cut text so that it no longer spells the marks among its tokens. */
  private int[] cuts(String text, int[] tokens) {
    List<Special> spelled = new ArrayList<>();
    for (int token : Arrays.stream(tokens).distinct().toArray()) {
      Special mark = specials.mark(token);
      if (mark != null) {
        spelled.add(mark);
      }
    }
    TreeSet<Integer> cuts = new TreeSet<>();
    for (Special mark : spelled) {
      int first = mark.text().offsetByCodePoints(0, 1);
      if (first == mark.text().length()) {
        continue;
      }
      for (int at = text.indexOf(mark.text()); at >= 0; at = text.indexOf(mark.text(), at + 1)) {
        cuts.add(at + first);
      }
    }
    return cuts.stream().mapToInt(Integer::intValue).toArray();
  }
}
