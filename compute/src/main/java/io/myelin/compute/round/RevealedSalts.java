package io.myelin.compute.round;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.LogFilter;
import io.myelin.contracts.Cognitive;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Salts that nodes opened their precommits with in a round, from their transactions. */
final class RevealedSalts implements RoundConduct.Revealed {
  /** Of a call of {@code commit(roundId, salt, answerDigest)}. */
  private static final int SALT_AT = 4 + Digest.LENGTH;

  private final ChainClient chain;
  private final Cognitive contract;
  private final Digest roundId;

  RevealedSalts(ChainClient chain, Cognitive contract, Digest roundId) {
    this.chain = chain;
    this.contract = contract;
    this.roundId = roundId;
  }

  @Override
  public Optional<Salt> saltOf(Address node) {
    LogFilter filter =
        new LogFilter(
            List.of(contract.address()),
            List.of(List.of(Cognitive.AnswerCommittedEvent.TYPE.topic()), List.of(roundId)));
    for (EventLog log : chain.logs(filter, 0, chain.head().number())) {
      if (Cognitive.event(log).orElse(null) instanceof Cognitive.AnswerCommittedEvent committed
          && committed.node().equals(node)) {
        return chain
            .input(log.transaction())
            .map(Bytes::toArray)
            .filter(input -> input.length >= SALT_AT + Salt.LENGTH)
            .map(input -> Salt.of(Arrays.copyOfRange(input, SALT_AT, SALT_AT + Salt.LENGTH)));
      }
    }
    return Optional.empty();
  }
}
