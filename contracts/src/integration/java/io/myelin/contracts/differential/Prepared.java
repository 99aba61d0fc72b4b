package io.myelin.contracts.differential;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.AbiCodec;
import io.myelin.chain.abi.AbiType;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.util.List;

/**
 * A session that its client and its committee have signed, as each contract's binding wants it.
 *
 * @param opening what opens it
 * @param committee of the session, by its seed
 */
record Prepared(
    Session.Opening opening, Session.Brief brief, Session.Tail tail, Committee committee) {
  private static final List<AbiType> BRIEF =
      List.of(
          AbiType.parse("bytes32"),
          AbiType.parse(
              "tuple",
              List.of(
                  AbiType.parse("address"),
                  AbiType.parse("address"),
                  AbiType.parse("address"),
                  AbiType.parse("uint128"),
                  AbiType.parse("uint40"),
                  AbiType.parse("uint32"))),
          AbiType.parse("tuple[]", List.of(AbiType.parse("address"), AbiType.parse("address"))),
          AbiType.parse("bytes32"));

  Digest sessionId() {
    return brief.sessionId();
  }

  List<Address> nodes() {
    return opening.nodes();
  }

  long expiresAtSeconds() {
    return brief.head().expiresAt();
  }

  /** {@code keccak256(abi.encode(sessionId, head, seats, tailDigest))}. */
  static Digest termsDigest(Session.Brief brief) {
    Session.Head h = brief.head();
    List<Object> head =
        List.of(
            h.client(),
            h.gateway(),
            h.gatewayPayee(),
            h.budgetWei(),
            java.math.BigInteger.valueOf(h.expiresAt()),
            java.math.BigInteger.valueOf(h.maxTasks()));
    List<List<Address>> seats =
        brief.seats().stream().map(s -> List.of(s.node(), s.payee())).toList();
    Bytes words =
        AbiCodec.encode(
            BRIEF,
            List.of(
                Bytes.of(brief.sessionId().bytes()),
                head,
                seats,
                Bytes.of(brief.tailDigest().bytes())));
    return Keccak256.hash(words.toArray());
  }

  Digest termsDigest() {
    return termsDigest(brief);
  }

  SessionQueue.Brief queueBrief() {
    Session.Head h = brief.head();
    return new SessionQueue.Brief(
        brief.sessionId(),
        new SessionQueue.Head(
            h.client(), h.gateway(), h.gatewayPayee(), h.budgetWei(), h.expiresAt(), h.maxTasks()),
        brief.seats().stream().map(s -> new SessionQueue.Seat(s.node(), s.payee())).toList(),
        brief.tailDigest());
  }

  SessionQueue.Tail queueTail() {
    return new SessionQueue.Tail(
        tail.subnetId(),
        tail.modelId(),
        tail.priceVersion(),
        tail.inputWei(),
        tail.outputWei(),
        tail.redundancy(),
        tail.verification(),
        tail.seed(),
        tail.validatorSet());
  }

  InferencePayment.Brief paymentBrief() {
    Session.Head h = brief.head();
    return new InferencePayment.Brief(
        brief.sessionId(),
        new InferencePayment.Head(
            h.client(), h.gateway(), h.gatewayPayee(), h.budgetWei(), h.expiresAt(), h.maxTasks()),
        brief.seats().stream().map(s -> new InferencePayment.Seat(s.node(), s.payee())).toList(),
        brief.tailDigest());
  }
}
