package io.myelin.contracts.differential;

/**
 * What happens next to a round.
 *
 * @param choice which node, answer or list, taken modulo what there is
 * @param waitSeconds that pass before
 */
record CognitiveCommand(Kind kind, int choice, int waitSeconds) {

  enum Kind {
    /** What the round waits for, by whom it waits for. */
    PROGRESS,
    /** The stage's time passes to the second, and somebody says so. */
    DEADLINE,
    CREATE,
    PREPARE,
    START,
    PRECOMMIT,
    COMMIT,
    /** Another answer than one is bound to. */
    LIE,
    JUDGE,
    ENFORCE
  }
}
