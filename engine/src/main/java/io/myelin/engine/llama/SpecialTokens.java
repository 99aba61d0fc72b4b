package io.myelin.engine.llama;

import io.myelin.engine.jinja.MarkedText;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a prompt at its special tokens the way llama.cpp does (longest first, then from the left, so
 * that the pieces between them are tokenised as if nothing had been cut), with one difference: a
 * mark, that is a token which steers the model, is only recognised in what a template wrote. In a
 * request's own text it is text.
 */
final class SpecialTokens {
  /**
   * A token that stands in text as it is.
   *
   * @param mark whether it steers the model
   * @param stripsLeft whether whitespace before it disappears
   * @param stripsRight whether whitespace after it disappears
   */
  record Special(int token, String text, boolean mark, boolean stripsLeft, boolean stripsRight) {}

  /** A piece of a prompt: a token, or text that is yet to be tokenised. */
  sealed interface Piece {
    record Token(int token) implements Piece {}

    record Text(String text) implements Piece {}
  }

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    @Nullable Special special;
  }

  private record Found(Special special, int start) {
    int end() {
      return start + special.text().length();
    }
  }

  private final Node root = new Node();
  private final Map<Integer, Special> marks = new HashMap<>();

  SpecialTokens(List<Special> specials) {
    for (Special special : specials) {
      if (special.text().isEmpty()) {
        continue;
      }
      Node node = root;
      for (char c : special.text().toCharArray()) {
        node = node.next.computeIfAbsent(c, key -> new Node());
      }
      node.special = special;
      if (special.mark()) {
        marks.put(special.token(), special);
      }
    }
  }

  /** The mark with this id; null if it is none. */
  @Nullable Special mark(int token) {
    return marks.get(token);
  }

  List<Piece> cut(MarkedText prompt) {
    String text = prompt.text();
    List<Found> found = new ArrayList<>();
    for (int start = 0; start < text.length(); start++) {
      Node node = root.next.get(text.charAt(start));
      for (int end = start + 1; node != null; end++) {
        Special special = node.special;
        if (special != null && (!special.mark() || prompt.isTemplate(start, end))) {
          found.add(new Found(special, start));
        }
        node = end < text.length() ? node.next.get(text.charAt(end)) : null;
      }
    }
    found.sort(
        Comparator.comparingInt((Found f) -> -f.special().text().length())
            .thenComparingInt(f -> f.special().token())
            .thenComparingInt(Found::start));
    return pieces(text, found);
  }

  private static List<Piece> pieces(String text, List<Found> found) {
    BitSet taken = new BitSet();
    Map<Integer, Integer> tokens = new HashMap<>();
    for (Found each : found) {
      int next = taken.nextSetBit(each.start());
      if (next < 0 || next >= each.end()) {
        tokens.put(each.start(), each.special().token());
        taken.set(each.start(), each.end());
        strip(text, each, taken);
      }
    }
    List<Piece> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      Integer token = tokens.get(at);
      if (token != null) {
        pieces.add(new Piece.Token(token));
      }
      if (taken.get(at)) {
        at++;
        continue;
      }
      int end = taken.nextSetBit(at) < 0 ? text.length() : taken.nextSetBit(at);
      pieces.add(new Piece.Text(text.substring(at, end)));
      at = end;
    }
    return pieces;
  }

  private static void strip(String text, Found found, BitSet taken) {
    if (found.special().stripsLeft()) {
      for (int i = found.start() - 1; i >= 0 && !taken.get(i) && isSpace(text.charAt(i)); i--) {
        taken.set(i);
      }
    }
    if (found.special().stripsRight()) {
      for (int i = found.end();
          i < text.length() && !taken.get(i) && isSpace(text.charAt(i));
          i++) {
        taken.set(i);
      }
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
