package io.myelin.protocol.receipt;

import java.util.ArrayList;
import java.util.List;

/**
 * What the gateway found when it validated the task.
 *
 * @param level of checking that the session asked for
 * @param findings in the order they were made
 */
public record Verdict(String level, List<Finding> findings) {
  /** Whether all nodes signed the same output: the one finding that is an alarm and no fault. */
  public static final String REPLICAS_AGREE = "replicas_agree";

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

  /** The same of fewer nodes: what they say of each other may be another thing. */
  Verdict of(List<ReceiptNode> nodes) {
    List<Finding> left = new ArrayList<>();
    for (Finding finding : findings) {
      if (!finding.name().equals(REPLICAS_AGREE)) {
        left.add(finding);
      } else if (nodes.size() > 1) {
        left.add(new Finding(REPLICAS_AGREE, agree(nodes)));
      }
    }
    return new Verdict(level, left);
  }

  /** Whether all signed the same output. */
  static boolean agree(List<ReceiptNode> nodes) {
    return nodes.stream()
            .map(node -> node.commitment().statement().outputDigest())
            .distinct()
            .count()
        <= 1;
  }

  /** Whether every finding held. */
  public boolean accepted() {
    return findings.stream().allMatch(Finding::held);
  }
}
