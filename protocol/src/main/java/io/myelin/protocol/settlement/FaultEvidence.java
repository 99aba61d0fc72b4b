package io.myelin.protocol.settlement;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.merkle.MerkleTree;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.typeddata.ReceiptAttestation;
import java.math.BigInteger;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Something a validator attested that is wrong in itself. Only what stays provable for ever is
 * here, and what nobody but the validator could have made wrong: no word that a gateway takes back
 * later can make an honest signature look wrong.
 */
public sealed interface FaultEvidence {
  /** What the accused must have signed. */
  Attestation attestation();

  /**
   * Why no honest validator of this owner signs it; empty when this does not prove that.
   *
   * @param accused owner of the validator
   */
  Optional<String> wrong(Address accused);

  /**
   * The approval of a session that opens.
   *
   * @param brief the terms
   * @param tail whose digest the terms hold
   * @param nodes as they were approved, in their order
   * @param anyGateway whether the client's request named no gateway: then it was approved for this
   *     one
   */
  record Opening(SessionBrief brief, SessionTail tail, List<Address> nodes, boolean anyGateway)
      implements FaultEvidence {
    /** Of a request that named its gateway. */
    public Opening(SessionBrief brief, SessionTail tail, List<Address> nodes) {
      this(brief, tail, nodes, false);
    }

    /** Copies the nodes; the tail must be the terms'. */
    public Opening {
      nodes = List.copyOf(nodes);
      if (!tail.digest().equals(brief.tailDigest())) {
        throw new IllegalArgumentException(
            "tail: hashes to %s (expected: %s, the terms')"
                .formatted(tail.digest(), brief.tailDigest()));
      }
    }

    @Override
    public Attestation attestation() {
      return Attestation.of(
          Subjects.openingSubject(
              brief.sessionId(),
              anyGateway ? Address.ZERO : brief.head().gateway(),
              brief.head().gateway()),
          Approvals.of(brief, tail, nodes));
    }

    @Override
    public Optional<String> wrong(Address accused) {
      List<Address> seated = brief.seats().stream().map(PaidSeat::node).toList();
      if (!seated.equals(nodes)) {
        return Optional.of("nodes %s and seats of %s".formatted(nodes, seated));
      }
      Set<Address> payees = new HashSet<>();
      for (PaidSeat seat : brief.seats()) {
        if (!payees.add(seat.payee())) {
          return Optional.of(
              "two nodes of %s: a draw is of distinct owners".formatted(seat.payee()));
        }
      }
      return Interests.of(brief, accused);
    }

    /**
     * Whether its prices are others than those that the subnet listed in this version.
     *
     * @param inputWei per prompt token, as listed
     * @param outputWei per output token, as listed
     */
    public Optional<String> wrongPrice(BigInteger inputWei, BigInteger outputWei) {
      return tail.inputWei().equals(inputWei) && tail.outputWei().equals(outputWei)
          ? Optional.empty()
          : Optional.of(
              "%s and %s wei a token (listed: %s and %s)"
                  .formatted(tail.inputWei(), tail.outputWei(), inputWei, outputWei));
    }
  }

  /**
   * A batch of which one session claims something else than its own receipts.
   *
   * @param gateway whose batch
   * @param batch its number
   * @param claims all of it, in order
   * @param place of the wrong one
   * @param leaves of the wrong one's receipts, all of them
   */
  record Batch(
      Address gateway,
      long batch,
      List<SettlementClaim> claims,
      int place,
      List<ReceiptAttestation> leaves)
      implements FaultEvidence {
    /** Copies; the leaves must be those under the wrong one's root. */
    public Batch {
      claims = List.copyOf(claims);
      leaves = List.copyOf(leaves);
      if (place < 0 || place >= claims.size()) {
        throw new IllegalArgumentException(
            "place: %d (expected: 0 to %d)".formatted(place, claims.size() - 1));
      }
      Digest root =
          leaves.isEmpty()
              ? MerkleTree.EMPTY_ROOT
              : MerkleTree.of(leaves.stream().map(ReceiptAttestation::hashStruct).toList()).root();
      if (!root.equals(claims.get(place).receiptsRoot())) {
        throw new IllegalArgumentException(
            "leaves: under root %s (expected: %s, the claim's)"
                .formatted(root, claims.get(place).receiptsRoot()));
      }
    }

    @Override
    public Attestation attestation() {
      return Attestation.of(
          Subjects.batchSubject(gateway, batch),
          new BatchSettlement(gateway, batch, SettlementClaim.batchDigest(claims)));
    }

    @Override
    public Optional<String> wrong(Address accused) {
      SettlementClaim claim = claims.get(place);
      if (leaves.size() != claim.tasks()) {
        return Optional.of(
            "%d tasks claimed, %d under the root".formatted(claim.tasks(), leaves.size()));
      }
      Set<TaskId> tasks = new HashSet<>();
      BigInteger priceWei = BigInteger.ZERO;
      for (ReceiptAttestation leaf : leaves) {
        if (!leaf.sessionId().equals(claim.brief().sessionId()) || !tasks.add(leaf.taskId())) {
          return Optional.of(
              "task %s is another session's or there twice".formatted(leaf.taskId()));
        }
        priceWei = priceWei.add(leaf.priceWei());
      }
      BigInteger earnedWei = claim.earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add);
      if (!earnedWei.equals(priceWei)) {
        return Optional.of("%s wei claimed, receipts of %s".formatted(earnedWei, priceWei));
      }
      return Interests.of(claim.brief(), accused);
    }
  }
}
