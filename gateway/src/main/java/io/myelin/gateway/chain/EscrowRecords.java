package io.myelin.gateway.chain;

import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.TransactionReceipt;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What the payment contract has written down about sessions. */
final class EscrowRecords {
  private final ChainClient chain;
  private final NetworkContracts network;

  EscrowRecords(ChainClient chain, NetworkContracts network) {
    this.chain = chain;
    this.network = network;
  }

  /** As the payment contract numbers them. */
  enum Phase {
    NONE,
    ACTIVE,
    CLOSING,
    SETTLED,
    CLOSED,
    EXPIRED,
    FAILED;

    /** Whether the money has a destination: inside the challenge window, or final. */
    boolean isSettled() {
      return compareTo(SETTLED) >= 0;
    }

    /** Whether nothing follows. */
    boolean isFinal() {
      return compareTo(SETTLED) > 0;
    }
  }

  /** Where a session's money stands now. */
  Phase phase(SessionId session) {
    return phase(record(session));
  }

  /** The end of a session's challenge window, in Unix time; empty when it is in none. */
  OptionalLong challengeUntilSeconds(SessionId session) {
    InferencePayment.RecordOfAnswer record = record(session);
    return phase(record) == Phase.SETTLED
        ? OptionalLong.of(record.time().longValueExact())
        : OptionalLong.empty();
  }

  private InferencePayment.RecordOfAnswer record(SessionId session) {
    return network.payment().recordOf(ChainTerms.word(session)).on(chain);
  }

  private static Phase phase(InferencePayment.RecordOfAnswer record) {
    return Phase.values()[Math.toIntExact(record.phase())];
  }

  /**
   * The sessions that a batch's transaction skipped, because they had ended before it; none when it
   * had no effect.
   *
   * @throws IllegalStateException when the transaction is in no block any more
   */
  List<SessionId> skipped(TransactionOutcome outcome) {
    if (!(outcome instanceof TransactionOutcome.Succeeded done)) {
      return List.of();
    }
    Digest transaction = done.inclusion().transaction();
    TransactionReceipt receipt =
        chain
            .receipt(transaction)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "transaction "
                            + transaction
                            + " is in no block any more (expected: in block "
                            + done.inclusion().block().number()
                            + "); it is looked for again"));
    return receipt.logs().stream()
        .filter(log -> log.contract().equals(network.payment().address()))
        .flatMap(EscrowRecords::skipped)
        .toList();
  }

  private static Stream<SessionId> skipped(EventLog log) {
    return InferencePayment.event(log)
        .filter(InferencePayment.SkippedEvent.class::isInstance)
        .map(InferencePayment.SkippedEvent.class::cast)
        .map(event -> ChainTerms.sessionId(event.sessionId()))
        .stream();
  }
}
