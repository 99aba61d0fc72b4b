package io.myelin.protocol.nodetask;

/** Where one task stands at a compute node. */
public sealed interface NodeTaskState {

  /** The node knows nothing of the task. */
  NodeTaskState ABSENT = new Absent();

  /** The attempt this state belongs to; 0 when there was none. */
  int attempt();

  /** Nothing known, nothing kept. */
  record Absent() implements NodeTaskState {
    @Override
    public int attempt() {
      return 0;
    }
  }

  /**
   * The engine works, which takes a slot.
   *
   * @param attempt number of the offer, from 1
   * @param primary whether its chunks go to the client
   */
  record Running(int attempt, boolean primary) implements NodeTaskState {
    /** Checks the attempt. */
    public Running {
      requireAttempt(attempt);
    }
  }

  /** Output complete, evidence on its way to the disk; nothing was promised yet. */
  record Sealing(int attempt) implements NodeTaskState {
    /** Checks the attempt. */
    public Sealing {
      requireAttempt(attempt);
    }
  }

  /** Evidence is on disk and the precommit is promised. */
  record Precommitted(int attempt) implements NodeTaskState {
    /** Checks the attempt. */
    public Precommitted {
      requireAttempt(attempt);
    }
  }

  /** Revealed; kept until the task is final, for a repeated question. */
  record Committed(int attempt) implements NodeTaskState {
    /** Checks the attempt. */
    public Committed {
      requireAttempt(attempt);
    }
  }

  /** This attempt gave no output; kept so that an outdated offer is recognised. */
  record Ended(int attempt) implements NodeTaskState {
    /** Checks the attempt. */
    public Ended {
      requireAttempt(attempt);
    }
  }

  private static void requireAttempt(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 1)");
    }
  }
}
