package io.myelin.gateway.task;

import io.myelin.protocol.ids.Address;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the nodes of a redundant task say of each other.
 *
 * @param outcome alone, identical, same_meaning, rounded, unmeasured, scattered, outliers
 * @param alarm whether validators are shown the work
 * @param distance the largest in meaning; null where none was measured
 * @param nodes that were compared
 */
public record AgreementView(
    String outcome, boolean alarm, @Nullable Double distance, List<Compared> nodes) {
  /** Copies. */
  public AgreementView {
    nodes = List.copyOf(nodes);
  }

  /**
   * One node.
   *
   * @param apart output, numbers or meaning: why it stands apart; null for one that does not
   */
  public record Compared(Address node, @Nullable String apart) {}
}
