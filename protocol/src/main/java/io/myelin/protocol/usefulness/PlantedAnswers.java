package io.myelin.protocol.usefulness;

import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.usefulness.PlantedAnswer.Flaw;
import io.myelin.protocol.usefulness.PlantedAnswer.Source;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Draws planted answers. Who plants keeps the seed until the marks are there: the published
 * questions are known to all, which of their answers come is not; what is made of earlier rounds'
 * answers nobody knows.
 */
public final class PlantedAnswers {
  private record Known(String question, String right, String wrong) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              "What is the capital of France?",
              "The capital of France is Paris, on the river Seine.",
              "The capital of France is Madrid, on the river Nile."),
          new Known(
              "How many days does a week have?",
              "A week has seven days, from Monday to Sunday.",
              "A week has eleven days, from Monday to March."),
          new Known(
              "At what temperature does water boil at sea level?",
              "At sea level water boils at 100 degrees Celsius.",
              "At sea level water boils at 12 degrees Celsius."),
          new Known(
              "How do I make tea?",
              "Boil water, pour it over the tea leaves, wait for three minutes, and take the leaves"
                  + " out.",
              "Put the tea leaves into petrol, freeze them for a year, and throw the cup away."),
          new Known(
              "Who wrote Romeo and Juliet?",
              "William Shakespeare wrote the play Romeo and Juliet.",
              "Albert Einstein wrote the play Romeo and Juliet."),
          new Known(
              "What is the largest planet of the solar system?",
              "Jupiter is the largest planet of the solar system.",
              "The Moon is the largest planet of the solar system."),
          new Known(
              "Why do we see lightning before we hear thunder?",
              "Light travels much faster than sound, so the flash reaches us first.",
              "Sound travels much faster than light, so the noise reaches us first."),
          new Known(
              "How can I sleep better?",
              "Go to bed at the same time each day, keep the room dark and quiet, and drink no"
                  + " coffee in the evening.",
              "Drink ten cups of coffee at midnight and keep the lights and the television on."),
          new Known(
              "What do bees make?", "Bees make honey and wax.", "Bees make steel and paper money."),
          new Known("What is two plus two?", "Two plus two is four.", "Two plus two is ninety."),
          new Known(
              "How do I save a document in a text editor?",
              "Press Control and S, or choose Save in the File menu.",
              "Switch the computer off and throw the keyboard into the sea."),
          new Known(
              "What does a doctor do?",
              "A doctor examines patients, finds out what they suffer from, and treats them.",
              "A doctor repairs the engines of cars and sells used tyres."));

  /** As many questions as are known. */
  public static final int MOST_OF_EACH = KNOWN.size();

  private static final int USUAL_OF_EACH = 4;

  /** Three good and three bad are nine pairs: the fewest that say something. */
  private static final int FEW_OF_EACH = 3;

  /** So many earlier answers need no published ones beside them. */
  private static final int ENOUGH_EARLIER = 12;

  private PlantedAnswers() {}

  /**
   * Of earlier rounds' answers where there are enough, with published ones while there are few.
   *
   * @param seed that nobody else knows until the marks are there
   * @param earlier answers that a committee found right, of any rounds but the one that is marked
   */
  public static List<PlantedAnswer> mixed(Digest seed, List<EarlierAnswer> earlier) {
    List<EarlierAnswer> usable = SpoiltAnswers.usable(earlier);
    if (usable.size() < FEW_OF_EACH) {
      return draw(seed, USUAL_OF_EACH);
    }
    if (usable.size() >= ENOUGH_EARLIER) {
      return SpoiltAnswers.draw(seed, USUAL_OF_EACH, usable);
    }
    List<PlantedAnswer> both = new ArrayList<>(draw(seed, FEW_OF_EACH));
    both.addAll(SpoiltAnswers.draw(seed, FEW_OF_EACH, usable));
    return both;
  }

  /**
   * Good ones, and as many with each flaw, in an order that follows from the seed.
   *
   * @param seed that nobody else knows until the marks are there
   * @param ofEach how many are good, and how many have each flaw
   */
  public static List<PlantedAnswer> draw(Digest seed, int ofEach) {
    if (ofEach < 1 || ofEach > MOST_OF_EACH) {
      throw new IllegalArgumentException(
          "ofEach: " + ofEach + " (expected: 1 to " + MOST_OF_EACH + ")");
    }
    Random luck = new Random(ByteBuffer.wrap(seed.bytes()).getLong());
    List<PlantedAnswer> drawn = new ArrayList<>();
    for (Flaw flaw : Flaw.values()) {
      List<Known> some = new ArrayList<>(KNOWN);
      Collections.shuffle(some, luck);
      some.subList(0, ofEach).forEach(known -> drawn.add(planted(known, flaw, luck)));
    }
    Collections.shuffle(drawn, luck);
    return drawn;
  }

  private static PlantedAnswer planted(Known known, Flaw flaw, Random luck) {
    String answer =
        switch (flaw) {
          case NONE -> known.right();
          case OFF_TOPIC ->
              KNOWN
                  .get((KNOWN.indexOf(known) + 1 + luck.nextInt(KNOWN.size() - 1)) % KNOWN.size())
                  .right();
          case SCRAMBLED -> String.join(" ", List.of(known.right().split(" ")).reversed());
          case FALSE -> known.wrong();
        };
    return new PlantedAnswer(known.question(), answer, flaw, Source.PUBLISHED);
  }
}
