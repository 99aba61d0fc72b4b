package io.myelin.validator;

import io.myelin.protocol.work.Exam;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How a validator runs.
 *
 * @param host address it listens on
 * @param port it listens on; 0 for any that is free
 * @param data folder of the file that remembers what it signed; made where it is missing
 * @param deployedAtBlock no event of the network's contracts is older
 * @param fault none, but in tests and where somebody wants to see one caught
 * @param limits what it takes at most
 * @param examContext words of context that it wants to see exams over, at least
 */
public record ValidatorConfig(
    String host,
    int port,
    Path data,
    long deployedAtBlock,
    ValidatorFault fault,
    Limits limits,
    int examContext) {
  private static final int MAX_PORT = 65_535;

  /** Checks the ranges. */
  public ValidatorConfig {
    if (port < 0 || port > MAX_PORT) {
      throw new IllegalArgumentException("port: " + port + " (expected: 0 to " + MAX_PORT + ")");
    }
    if (deployedAtBlock < 0) {
      throw new IllegalArgumentException(
          "deployedAtBlock: " + deployedAtBlock + " (expected: >= 0)");
    }
    if (examContext < 0 || examContext > Exam.MOST_CONTEXT) {
      throw new IllegalArgumentException(
          "examContext: " + examContext + " (expected: 0 to " + Exam.MOST_CONTEXT + ")");
    }
  }

  /**
   * What a validator takes at most.
   *
   * @param checks openings and extensions at the same time
   * @param reviews batches at the same time
   * @param receipts of one session
   * @param batchBytes of one batch, all messages together
   * @param nodes of the pool that it reads
   * @param review longest time that one review may take
   */
  public record Limits(
      int checks, int reviews, int receipts, long batchBytes, int nodes, Duration review) {
    /** Checks the signs. */
    public Limits {
      if (checks < 1 || reviews < 1 || receipts < 1 || batchBytes < 1 || nodes < 1) {
        throw new IllegalArgumentException(
            "limits: %d checks, %d reviews, %d receipts, %d bytes, %d nodes (expected: each >= 1)"
                .formatted(checks, reviews, receipts, batchBytes, nodes));
      }
      if (!review.isPositive()) {
        throw new IllegalArgumentException("review: " + review + " (expected: > 0)");
      }
    }

    /** 16 checks, 2 reviews, 100,000 receipts a session, 1 GiB a batch, 4,096 nodes, 5 minutes. */
    public static Limits standard() {
      return new Limits(16, 2, 100_000, 1L << 30, 4_096, Duration.ofMinutes(5));
    }
  }

  /** On any free port of the loopback interface, with the standard limits. */
  public static ValidatorConfig local(Path data) {
    return new ValidatorConfig(
        "127.0.0.1", 0, data, 0, ValidatorFault.NONE, Limits.standard(), Exam.USUAL_CONTEXT);
  }

  /** The same at another port. */
  public ValidatorConfig withPort(int newPort) {
    return new ValidatorConfig(host, newPort, data, deployedAtBlock, fault, limits, examContext);
  }

  /** The same with a fault. */
  public ValidatorConfig withFault(ValidatorFault newFault) {
    return new ValidatorConfig(host, port, data, deployedAtBlock, newFault, limits, examContext);
  }

  /** The same with other limits. */
  public ValidatorConfig withLimits(Limits newLimits) {
    return new ValidatorConfig(host, port, data, deployedAtBlock, fault, newLimits, examContext);
  }

  /** The same that wants to see exams over so many words of context. */
  public ValidatorConfig withExamContext(int words) {
    return new ValidatorConfig(host, port, data, deployedAtBlock, fault, limits, words);
  }
}
