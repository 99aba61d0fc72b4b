package io.myelin.protocol.receipt;

import java.util.List;

/**
 * What the gateway found when it validated the task.
 *
 * @param level of checking that the session asked for
 * @param findings in the order they were made
 */
public record Verdict(String level, List<Finding> findings) {
  /**
   * One finding.
   *
   * @param name of the check
   * @param held whether it held
   */
  public record Finding(String name, boolean held) {
    public Finding {
      ReceiptText.check("name", name, 1);
    }
  }

  public Verdict {
    ReceiptText.check("level", level, 1);
    findings = List.copyOf(findings);
  }

  /** Whether every finding held. */
  public boolean accepted() {
    return findings.stream().allMatch(Finding::held);
  }
}
