package io.myelin.protocol.commitment;

import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.TaskCommit;

/**
 * A node's commit as it reveals it: the statement, the salt that hid it, and the signature under
 * it.
 *
 * @param statement what the node says it did
 * @param salt that the precommit was made with
 * @param signature of the node over the statement's EIP-712 digest
 */
public record Commitment(TaskCommit statement, Salt salt, Signature signature) {

  /**
   * Signs a statement.
   *
   * @throws IllegalArgumentException when the key is not that of the statement's node
   */
  public static Commitment sign(
      OperatorKey key, Eip712Domain domain, TaskCommit statement, Salt salt) {
    if (!key.address().equals(statement.node())) {
      throw new IllegalArgumentException(
          "node: " + statement.node() + " (expected: " + key.address() + ", the signing key)");
    }
    return new Commitment(statement, salt, key.sign(domain.digest(statement)));
  }

  /** What goes out first, in the precommit message. */
  public Digest precommit() {
    return Precommits.hash(salt, statement);
  }
}
