package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.receipt.Receipt;
import io.myelin.protocol.receipt.ReceiptNode;
import java.util.Map;

/**
 * Nodes that are known to have lied, and how much of their work was wanted for that alone. For one
 * thread at a time.
 */
final class Liars {
  /** Answers of one node that are wanted besides what luck draws. */
  static final int MOST = 256;

  private static final int MOST_REMEMBERED = 4_096;

  private final WorkMemory memory;
  private final Frauds frauds;
  private final Map<Address, Integer> wanted = Bounded.byAge(MOST_REMEMBERED);

  Liars(WorkMemory memory, Frauds frauds) {
    this.memory = memory;
    this.frauds = frauds;
  }

  /** Whether a receipt is to be looked at because of who did its work. */
  boolean wants(Receipt receipt) {
    return receipt.paid().stream()
        .map(ReceiptNode::address)
        .anyMatch(node -> lied(node) && wanted.getOrDefault(node, 0) < MOST);
  }

  /** It is wanted for that, and counts. */
  void count(Receipt receipt) {
    receipt.paid().stream()
        .map(ReceiptNode::address)
        .filter(this::lied)
        .forEach(node -> wanted.merge(node, 1, Integer::sum));
  }

  private boolean lied(Address node) {
    if (memory.accuses(node) || frauds.isOut(node)) {
      return true;
    }
    // Who was let in again begins anew.
    wanted.remove(node);
    return false;
  }
}
