package io.myelin.protocol.usefulness;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import io.myelin.protocol.usefulness.PlantedAnswer.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Planted answers that are made of earlier rounds': as they were given, under another question, or
 * with their words spoilt in one of several ways. None of them stands in the source.
 */
final class SpoiltAnswers {
  private SpoiltAnswers() {}

  /** Those that can be spoilt; none when all are of one question. */
  static List<EarlierAnswer> usable(List<EarlierAnswer> earlier) {
    List<EarlierAnswer> usable =
        earlier.stream().filter(EarlierAnswer::isUsable).distinct().toList();
    return usable.stream().map(EarlierAnswer::question).distinct().count() < 2 ? List.of() : usable;
  }

  /**
   * Good ones, and as many off topic and scrambled.
   *
   * @param seed that nobody else knows until the marks are there
   * @param usable at least as many, of two questions or more
   */
  static List<PlantedAnswer> draw(Digest seed, int ofEach, List<EarlierAnswer> usable) {
    Random luck = new Random(ByteBuffer.wrap(seed.bytes()).getLong(Long.BYTES));
    List<PlantedAnswer> drawn = new ArrayList<>();
    for (Flaw flaw : List.of(Flaw.NONE, Flaw.OFF_TOPIC, Flaw.SCRAMBLED)) {
      List<EarlierAnswer> some = new ArrayList<>(usable);
      Collections.shuffle(some, luck);
      for (EarlierAnswer one : some.subList(0, ofEach)) {
        String answer =
            switch (flaw) {
              case OFF_TOPIC -> elsewhere(one, usable, luck).answer();
              case SCRAMBLED -> spoilt(one, elsewhere(one, usable, luck), luck);
              default -> one.answer();
            };
        drawn.add(new PlantedAnswer(one.question(), answer, flaw, Source.EARLIER));
      }
    }
    return drawn;
  }

  private static EarlierAnswer elsewhere(
      EarlierAnswer one, List<EarlierAnswer> usable, Random luck) {
    List<EarlierAnswer> others =
        usable.stream().filter(other -> !other.question().equals(one.question())).toList();
    return others.get(luck.nextInt(others.size()));
  }

  private static String spoilt(EarlierAnswer one, EarlierAnswer other, Random luck) {
    List<String> words = new ArrayList<>(Arrays.asList(one.words()));
    switch (luck.nextInt(3)) {
      case 0 -> {
        List<String> before = List.copyOf(words);
        Collections.shuffle(words, luck);
        if (words.equals(before)) {
          Collections.reverse(words);
        }
      }
      case 1 -> {
        // Cut: every other word is gone.
        List<String> half = new ArrayList<>();
        for (int i = luck.nextInt(2); i < words.size(); i += 2) {
          half.add(words.get(i));
        }
        words = half;
      }
      default -> {
        // Another answer's words in every other place.
        String[] foreign = other.words();
        for (int i = luck.nextInt(2); i < words.size(); i += 2) {
          words.set(i, foreign[luck.nextInt(foreign.length)]);
        }
      }
    }
    return String.join(" ", words);
  }
}
