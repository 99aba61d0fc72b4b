package io.myelin.gateway.openai;

/** What happens to a parameter; one of these, never nothing. */
enum Effect {
  /** Does what OpenAI documents. */
  HONOURED("honoured"),
  /** Some values do what OpenAI documents, the others are refused. */
  PARTLY("partly"),
  /** Checked and taken; documented to change nothing here. */
  NO_EFFECT("no effect"),
  /** Answered with 400. */
  REFUSED("refused");

  private final String label;

  Effect(String label) {
    this.label = label;
  }

  /** As the documentation says it. */
  String label() {
    return label;
  }
}
