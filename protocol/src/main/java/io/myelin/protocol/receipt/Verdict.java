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
   * Whether the node whose answer the client got is paid. Where that does not hold, its work is
   * proven false: the receipt was made again so that the other nodes are paid.
   */
  public static final String PRIMARY_PAID = "primary_paid";

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

  /** The same, once the primary's work is proven false. */
  Verdict withPrimaryUnpaid() {
    List<Finding> all = new ArrayList<>(findings);
    all.add(new Finding(PRIMARY_PAID, false));
    return new Verdict(level, all);
  }

  /** Whether the primary's work is proven false. */
  boolean isPrimaryUnpaid() {
    return findings.stream()
        .anyMatch(finding -> finding.name().equals(PRIMARY_PAID) && !finding.held());
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
