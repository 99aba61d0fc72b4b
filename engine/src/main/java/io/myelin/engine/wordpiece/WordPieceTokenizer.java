package io.myelin.engine.wordpiece;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Splits text into the longest pieces that the vocabulary knows, between a first and a last token
 * that every text gets. Immutable; any number of threads.
 */
public final class WordPieceTokenizer {
  private static final String CONTINUED = "##";

  private final Map<String, Integer> vocabulary;
  private final Pattern specials;
  private final int first;
  private final int last;
  private final int unknown;
  private final int maxWordChars;
  private final int longestPiece;

  /**
   * With the vocabulary of a model.
   *
   * @param vocabulary piece to token; pieces inside a word begin with {@code ##}
   * @param specials pieces that are taken out of a text before anything else happens to it
   * @param first piece before every text
   * @param last piece after every text
   * @param unknown piece for a word that the vocabulary cannot spell
   * @param maxWordChars longer words are unknown
   * @throws IllegalArgumentException when the vocabulary lacks one of them
   */
  public WordPieceTokenizer(
      Map<String, Integer> vocabulary,
      List<String> specials,
      String first,
      String last,
      String unknown,
      int maxWordChars) {
    this.vocabulary = Map.copyOf(vocabulary);
    this.specials = anyOf(specials);
    this.first = require(first);
    this.last = require(last);
    this.unknown = require(unknown);
    this.maxWordChars = maxWordChars;
    this.longestPiece = vocabulary.keySet().stream().mapToInt(String::length).max().orElse(0);
    specials.forEach(this::require);
  }

  private static Pattern anyOf(List<String> texts) {
    return texts.isEmpty()
        ? Pattern.compile("(?!)")
        : Pattern.compile(
            texts.stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  private int require(String piece) {
    Integer token = vocabulary.get(piece);
    if (token == null) {
      throw new IllegalArgumentException("vocabulary: lacks " + piece);
    }
    return token;
  }

  /** Number of token ids. */
  public int size() {
    return vocabulary.size();
  }

  /**
   * The tokens of a text, first and last included.
   *
   * @param most where to stop: a text with more tokens gives {@code most + 1} of them
   */
  public int[] encode(String text, int most) {
    Words words = new Words(most);
    boolean room = words.put(first);
    Matcher special = specials.matcher(text);
    int done = 0;
    while (room && special.find()) {
      room = words.put(text, done, special.start()) && words.put(require(special.group()));
      done = special.end();
    }
    if (room && words.put(text, done, text.length())) {
      words.put(last);
    }
    return words.tokens();
  }

  /** Collects characters into words, and words into tokens, until there are too many. */
  private final class Words implements BertText.Sink {
    private final int most;
    private final StringBuilder word = new StringBuilder();
    private int wordChars;
    private final int[] spelled = new int[2 * maxWordChars];
    private int[] tokens = new int[64];
    private int count;

    Words(int most) {
      this.most = most;
    }

    boolean put(String text, int from, int to) {
      return BertText.clean(text, from, to, this) && endWord();
    }

    @Override
    public boolean accept(int codePoint) {
      if (codePoint == ' ') {
        return endWord();
      }
      if (BertText.isPunctuation(codePoint)) {
        return endWord() && append(codePoint) && endWord();
      }
      return append(codePoint);
    }

    private boolean append(int codePoint) {
      if (++wordChars <= maxWordChars) {
        word.appendCodePoint(codePoint);
      }
      return true;
    }

    private boolean endWord() {
      if (wordChars == 0) {
        return true;
      }
      int pieces = wordChars > maxWordChars ? 0 : spell(word.toString());
      word.setLength(0);
      wordChars = 0;
      boolean room = pieces > 0 || put(unknown);
      for (int i = 0; i < pieces && room; i++) {
        room = put(spelled[i]);
      }
      return room;
    }

    /** How many pieces make the word; 0 when a part of it cannot be spelled. */
    private int spell(String whole) {
      int pieces = 0;
      for (int from = 0; from < whole.length(); pieces++) {
        String prefix = from == 0 ? "" : CONTINUED;
        int to = Math.min(whole.length(), from + longestPiece);
        Integer token = vocabulary.get(prefix + whole.substring(from, to));
        while (token == null && --to > from) {
          token = vocabulary.get(prefix + whole.substring(from, to));
        }
        if (token == null) {
          return 0;
        }
        spelled[pieces] = token;
        from = to;
      }
      return pieces;
    }

    boolean put(int token) {
      if (count == tokens.length) {
        tokens = Arrays.copyOf(tokens, 2 * count);
      }
      tokens[count++] = token;
      return count <= most;
    }

    int[] tokens() {
      return Arrays.copyOf(tokens, count);
    }
  }
}
