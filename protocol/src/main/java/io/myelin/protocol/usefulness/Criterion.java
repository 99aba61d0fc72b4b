package io.myelin.protocol.usefulness;

/** What an answer is marked for. */
public enum Criterion {
  /** Whether it answers what was asked. */
  USEFULNESS("Does the reply answer the question and help the person who asked it?"),
  /** Whether it is so, and said as people say it. */
  CORRECTNESS("Is everything that the reply says correct?");

  private final String rubric;

  Criterion(String rubric) {
    this.rubric = rubric;
  }

  /** The question to a judge that can say yes or no. */
  public String rubric() {
    return rubric;
  }

  /** Whether a flaw ought to lower the mark. */
  public boolean minds(PlantedAnswer.Flaw flaw) {
    return switch (flaw) {
      case NONE -> false;
      case OFF_TOPIC -> this == USEFULNESS;
      case SCRAMBLED, FALSE -> this == CORRECTNESS;
    };
  }
}
