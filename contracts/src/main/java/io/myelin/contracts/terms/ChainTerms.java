package io.myelin.contracts.terms;

import io.myelin.chain.Bytes;
import io.myelin.chain.abi.AbiCodec;
import io.myelin.chain.abi.AbiType;
import io.myelin.chain.abi.AbiValues;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.settlement.Outcome;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.util.List;

/**
 * Conversions between the settlement records of {@code protocol} and the structs of the generated
 * bindings, of which each contract has its own. They change no value; digests are equal on both
 * sides.
 */
public final class ChainTerms {
  private ChainTerms() {}

  /**
   * What opens a session, before its committee has approved it.
   *
   * @param request that the client signed
   * @param clientSignature of the request; empty only where the client itself sends the transaction
   * @param clientRandom the client's part of the randomness
   * @param gatewaySecret the gateway's part
   * @param validatorSet that the committee is drawn from
   * @param subnetId that offers the model
   * @param priceVersion that was quoted
   * @param nodes drawn, in their order
   * @param maxTasks most tasks that may be settled; 0 for no limit
   */
  public record OpeningTerms(
      SessionRequest request,
      Bytes clientSignature,
      Digest clientRandom,
      Digest gatewaySecret,
      long validatorSet,
      Digest subnetId,
      long priceVersion,
      List<Address> nodes,
      long maxTasks) {
    /** Copies. */
    public OpeningTerms {
      nodes = List.copyOf(nodes);
    }

    /** The same with the nodes that were drawn; the client's signature does not cover them. */
    public OpeningTerms withNodes(List<Address> drawn) {
      return new OpeningTerms(
          request,
          clientSignature,
          clientRandom,
          gatewaySecret,
          validatorSet,
          subnetId,
          priceVersion,
          drawn,
          maxTasks);
    }

    /** The opening without approvals: what {@code Session.termsOf} is asked with. */
    public Session.Opening unapproved() {
      return approved(BigInteger.ZERO, Bytes.EMPTY);
    }

    /**
     * The opening as {@code Session.open} takes it.
     *
     * @param seats bit i is set when seat i of the committee approved
     * @param approvals their signatures in the order of the seats
     */
    public Session.Opening approved(BigInteger seats, Bytes approvals) {
      return new Session.Opening(
          ChainTerms.request(request),
          clientSignature,
          clientRandom,
          gatewaySecret,
          validatorSet,
          subnetId,
          priceVersion,
          nodes,
          maxTasks,
          seats,
          approvals);
    }
  }

  /** No permit: the client's allowance pays. */
  public static Session.Permit noPermit() {
    return new Session.Permit(BigInteger.ZERO, BigInteger.ZERO, 0, Digest.ZERO, Digest.ZERO);
  }

  /** A client's request as the front door takes it. */
  public static Session.SessionRequest request(SessionRequest request) {
    return new Session.SessionRequest(
        request.client(),
        request.gateway(),
        request.model(),
        request.redundancy(),
        request.verification(),
        request.budgetWei(),
        request.expiryMillis(),
        request.nonce());
  }

  /** Signatures one after the other, as the contracts take them. */
  public static Bytes joined(List<Signature> signatures) {
    byte[] all = new byte[signatures.size() * Signature.LENGTH];
    for (int i = 0; i < signatures.size(); i++) {
      System.arraycopy(signatures.get(i).bytes(), 0, all, i * Signature.LENGTH, Signature.LENGTH);
    }
    return Bytes.of(all);
  }

  /** The id of the subnet that an owner creates with a salt. */
  public static Digest subnetId(Address owner, Digest salt) {
    byte[] words = new byte[2 * Digest.LENGTH];
    System.arraycopy(owner.bytes(), 0, words, Digest.LENGTH - owner.bytes().length, 20);
    System.arraycopy(salt.bytes(), 0, words, Digest.LENGTH, Digest.LENGTH);
    return Keccak256.hash(words);
  }

  /** A configuration's models as the contract takes them. */
  public static List<SubnetRegistry.ModelConfig> models(SubnetModels models) {
    return models.models().stream()
        .map(
            one ->
                new SubnetRegistry.ModelConfig(
                    one.model(), one.weightsDigest(), one.inputWei(), one.outputWei()))
        .toList();
  }

  /** What a committee signs of a subnet's models: the digest of their configuration. */
  public static Digest configDigest(List<SubnetRegistry.ModelConfig> models) {
    AbiType wei = new AbiType.Uint(128);
    AbiType model =
        new AbiType.Tuple(List.of(new AbiType.Text(), new AbiType.FixedBytes(32), wei, wei));
    List<List<Object>> values =
        models.stream()
            .map(
                one ->
                    List.<Object>of(
                        one.model(),
                        AbiValues.word(one.weightsDigest()),
                        one.inputWei(),
                        one.outputWei()))
            .toList();
    return Keccak256.hash(
        AbiCodec.encode(List.of(new AbiType.Sequence(model)), List.of(values)).toArray());
  }

  // From the contracts.

  /** Terms as the front door answers and announces them. */
  public static SessionBrief brief(Session.Brief brief) {
    Session.Head head = brief.head();
    return new SessionBrief(
        sessionId(brief.sessionId()),
        new SessionHead(
            head.client(),
            head.gateway(),
            head.gatewayPayee(),
            head.budgetWei(),
            head.expiresAt(),
            head.maxTasks()),
        brief.seats().stream().map(seat -> new PaidSeat(seat.node(), seat.payee())).toList(),
        brief.tailDigest());
  }

  /** What else was agreed, as the front door answers and announces it. */
  public static SessionTail tail(Session.Tail tail) {
    return new SessionTail(
        tail.subnetId(),
        tail.modelId(),
        tail.priceVersion(),
        tail.inputWei(),
        tail.outputWei(),
        Math.toIntExact(tail.redundancy()),
        Math.toIntExact(tail.verification()),
        tail.seed(),
        tail.validatorSet());
  }

  /** A settlement as a correction announces it. */
  public static Settlement settlement(InferencePayment.Settlement settlement) {
    return new Settlement(
        Outcome.of(settlement.outcome()),
        settlement.receiptsRoot(),
        settlement.earnedWei(),
        settlement.nodeWei(),
        settlement.gatewayWei(),
        settlement.clientWei());
  }

  /** A session's id from a word of the contracts. */
  public static SessionId sessionId(Digest word) {
    return SessionId.of(word.bytes());
  }

  /** A session's id as the contracts take it. */
  public static Digest word(SessionId id) {
    return Digest.of(id.bytes());
  }

  /** An address as the topics of events hold it. */
  public static Digest word(Address address) {
    byte[] word = new byte[Digest.LENGTH];
    System.arraycopy(address.bytes(), 0, word, Digest.LENGTH - Address.LENGTH, Address.LENGTH);
    return Digest.of(word);
  }

  // To the front door.

  /** Terms for {@code close} and {@code extend}. */
  public static Session.Brief forSession(SessionBrief brief) {
    SessionHead head = brief.head();
    return new Session.Brief(
        word(brief.sessionId()),
        new Session.Head(
            head.client(),
            head.gateway(),
            head.gatewayPayee(),
            head.budgetWei(),
            head.expiresAtSeconds(),
            head.maxTasks()),
        brief.seats().stream().map(seat -> new Session.Seat(seat.node(), seat.payee())).toList(),
        brief.tailDigest());
  }

  /** What else was agreed, for {@code extend}. */
  public static Session.Tail forSession(SessionTail tail) {
    return new Session.Tail(
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

  // To the payment contract.

  /** Terms for {@code settle}, {@code fail}, {@code finalize} and challenges. */
  public static InferencePayment.Brief forPayment(SessionBrief brief) {
    SessionHead head = brief.head();
    return new InferencePayment.Brief(
        word(brief.sessionId()),
        new InferencePayment.Head(
            head.client(),
            head.gateway(),
            head.gatewayPayee(),
            head.budgetWei(),
            head.expiresAtSeconds(),
            head.maxTasks()),
        brief.seats().stream()
            .map(seat -> new InferencePayment.Seat(seat.node(), seat.payee()))
            .toList(),
        brief.tailDigest());
  }

  /**
   * One session of a batch.
   *
   * @param earnedWei per seat, before the split
   */
  public static InferencePayment.Item item(
      SessionBrief brief, Digest receiptsRoot, long tasks, List<BigInteger> earnedWei) {
    return new InferencePayment.Item(forPayment(brief), receiptsRoot, tasks, earnedWei);
  }

  /** A settlement for {@code finalize} and challenges. */
  public static InferencePayment.Settlement forPayment(Settlement settlement) {
    return new InferencePayment.Settlement(
        settlement.outcome().number(),
        settlement.receiptsRoot(),
        settlement.earnedWei(),
        settlement.nodeWei(),
        settlement.gatewayWei(),
        settlement.clientWei());
  }

  /** A receipt's attestation for a challenge. */
  public static InferencePayment.ReceiptAttestation forPayment(ReceiptAttestation attestation) {
    return new InferencePayment.ReceiptAttestation(
        attestation.receiptDigest(),
        word(attestation.sessionId()),
        Digest.of(attestation.taskId().bytes()),
        attestation.promptTokens(),
        attestation.outputTokens(),
        attestation.priceWei());
  }

  // To the queue.

  /** Terms for {@code start} and {@code finish}. */
  public static SessionQueue.Brief forQueue(SessionBrief brief) {
    SessionHead head = brief.head();
    return new SessionQueue.Brief(
        word(brief.sessionId()),
        new SessionQueue.Head(
            head.client(),
            head.gateway(),
            head.gatewayPayee(),
            head.budgetWei(),
            head.expiresAtSeconds(),
            head.maxTasks()),
        brief.seats().stream()
            .map(seat -> new SessionQueue.Seat(seat.node(), seat.payee()))
            .toList(),
        brief.tailDigest());
  }

  /** What else was agreed, for {@code start}. */
  public static SessionQueue.Tail forQueue(SessionTail tail) {
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
}
