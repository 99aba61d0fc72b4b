package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.task.Commitment;
import io.myelin.protocol.typeddata.TaskCommit;

/** What a node binds itself to: it follows from these numbers, so a node can tell it again. */
record Promise(int task, int attempt, int promptTokens, int outputTokens) {
  private static final int STOP = 1;

  /** The answer itself. */
  Bytes output() {
    return Bytes.of(Words.hash(task, attempt, promptTokens, outputTokens).bytes());
  }

  private Salt salt() {
    return Salt.of(Words.hash(attempt, outputTokens, promptTokens).bytes());
  }

  private Digest outputDigest() {
    return Sha256.hash(output().toArray());
  }

  private Digest streamHead() {
    return Words.hash(1, attempt);
  }

  private Digest evidenceDigest() {
    return Words.hash(2, attempt);
  }

  /** As the contract gets it. */
  SessionQueue.Reveal reveal() {
    return new SessionQueue.Reveal(
        Digest.of(salt().bytes()),
        streamHead(),
        outputDigest(),
        evidenceDigest(),
        promptTokens,
        outputTokens,
        STOP);
  }

  /** As Java's machine gets it: with the digest of the node's statement, worked out here. */
  Commitment commitment(
      SessionId session, TaskId id, Address node, int ofAttempt, Digest specDigest) {
    TaskCommit statement =
        new TaskCommit(
            id,
            session,
            node,
            ofAttempt,
            specDigest,
            streamHead(),
            outputDigest(),
            evidenceDigest(),
            promptTokens,
            outputTokens,
            STOP);
    return new Commitment(
        statement.hashStruct(),
        salt(),
        streamHead(),
        outputDigest(),
        evidenceDigest(),
        promptTokens,
        outputTokens,
        "stop",
        "the transaction's");
  }
}
