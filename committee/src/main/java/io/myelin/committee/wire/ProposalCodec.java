package io.myelin.committee.wire;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.typeddata.NodeHello;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.v1.AbsentNode;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.ChainSessionRequest;
import io.myelin.v1.EntryOfRequest;
import io.myelin.v1.ExtendRequest;
import io.myelin.v1.JudgeRequest;
import io.myelin.v1.PoolCandidate;
import java.util.List;
import java.util.Optional;

/** What a gateway proposes, to messages and back. */
public final class ProposalCodec {
  private ProposalCodec() {}

  /**
   * An opening as a message.
   *
   * @param asker the gateway's signature over the approval that it asks for
   */
  public static ApproveRequest approve(OpeningProposal proposal, Signature asker) {
    ChainTerms.OpeningTerms terms = proposal.terms();
    SessionRequest request = terms.request();
    ApproveRequest.Builder message =
        ApproveRequest.newBuilder()
            .setRequest(
                ChainSessionRequest.newBuilder()
                    .setClient(Fields.bytes(request.client()))
                    .setGateway(Fields.bytes(request.gateway()))
                    .setModel(request.model())
                    .setRedundancy(request.redundancy())
                    .setVerification(request.verification())
                    .setBudgetWei(Fields.wei(request.budgetWei()))
                    .setExpiryMillis(request.expiryMillis())
                    .setNonce(Fields.bytes(request.nonce())))
            .setClientSignature(ByteString.copyFrom(terms.clientSignature().toArray()))
            .setClientRandom(Fields.bytes(terms.clientRandom()))
            .setGatewaySecret(Fields.bytes(terms.gatewaySecret()))
            .setValidatorSet(terms.validatorSet())
            .setSubnetId(Fields.bytes(terms.subnetId()))
            .setPriceVersion(terms.priceVersion())
            // 32 bits without a sign, as the message has it.
            .setMaxTasks((int) terms.maxTasks())
            .setGatewaySignature(ByteString.copyFrom(asker.bytes()));
    terms.nodes().forEach(node -> message.addNodes(Fields.bytes(node)));
    proposal.pool().candidates().forEach(one -> message.addCandidates(candidate(one)));
    proposal.pool().absent().forEach(one -> message.addAbsent(absent(one)));
    proposal
        .entry()
        .ifPresent(
            entry ->
                message.setEntry(
                    EntryOfRequest.newBuilder()
                        .setOpening(Fields.bytes(entry.opening()))
                        .setGateway(Fields.bytes(entry.gateway()))
                        .setValidUntilMillis(entry.validUntilMillis())
                        .setSignature(ByteString.copyFrom(entry.signature().bytes()))));
    return message.build();
  }

  private static OpeningProposal.Entry entry(EntryOfRequest entry) {
    return new OpeningProposal.Entry(
        Fields.address("entry.opening", entry.getOpening()),
        Fields.address("entry.gateway", entry.getGateway()),
        Fields.number("entry.valid_until_millis", entry.getValidUntilMillis()),
        Fields.signature("entry.signature", entry.getSignature()));
  }

  /**
   * An opening of a message. The candidates stay in the message's order: the reader checks it.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static OpeningProposal opening(ApproveRequest message) {
    ChainSessionRequest request = message.getRequest();
    return new OpeningProposal(
        new ChainTerms.OpeningTerms(
            new SessionRequest(
                Fields.address("request.client", request.getClient()),
                Fields.address("request.gateway", request.getGateway()),
                request.getModel(),
                Fields.small("request.redundancy", request.getRedundancy()),
                Fields.small("request.verification", request.getVerification()),
                Fields.wei("request.budget_wei", request.getBudgetWei()),
                Fields.number("request.expiry_millis", request.getExpiryMillis()),
                Fields.digest("request.nonce", request.getNonce())),
            Bytes.of(message.getClientSignature().toByteArray()),
            Fields.digest("client_random", message.getClientRandom()),
            Fields.digest("gateway_secret", message.getGatewaySecret()),
            Fields.number("validator_set", message.getValidatorSet()),
            Fields.digest("subnet_id", message.getSubnetId()),
            Fields.number("price_version", message.getPriceVersion()),
            Fields.addresses("nodes", message.getNodesList()),
            Integer.toUnsignedLong(message.getMaxTasks())),
        pool(message.getCandidatesList(), message.getAbsentList()),
        message.hasEntry() ? Optional.of(entry(message.getEntry())) : Optional.empty());
  }

  /**
   * An extension as a message.
   *
   * @param asker the gateway's signature over the approval that it asks for
   */
  public static ExtendRequest extend(ExtensionProposal proposal, Signature asker) {
    ExtendRequest.Builder message =
        ExtendRequest.newBuilder()
            .setTerms(TermsCodec.terms(proposal.brief()))
            .setTail(TermsCodec.tail(proposal.tail()))
            .setDraw(proposal.draw())
            .setGatewaySignature(ByteString.copyFrom(asker.bytes()));
    proposal.added().forEach(node -> message.addAdded(Fields.bytes(node)));
    proposal.lost().forEach(node -> message.addLost(Fields.bytes(node)));
    proposal.pool().candidates().forEach(one -> message.addCandidates(candidate(one)));
    proposal.pool().absent().forEach(one -> message.addAbsent(absent(one)));
    return message.build();
  }

  /**
   * An extension of a message.
   *
   * @throws IllegalArgumentException when a field is missing or out of range
   */
  public static ExtensionProposal extension(ExtendRequest message) {
    return new ExtensionProposal(
        TermsCodec.brief(message.getTerms()),
        TermsCodec.tail(message.getTail()),
        Fields.addresses("added", message.getAddedList()),
        Fields.addresses("lost", message.getLostList()),
        pool(message.getCandidatesList(), message.getAbsentList()),
        Fields.small("draw", message.getDraw()));
  }

  /** A node's sign of life and its answers as they are sent. */
  public static JudgeRequest life(SignOfLife life, ExamPaper paper) {
    NodeHello hello = life.hello();
    return JudgeRequest.newBuilder()
        .setNode(Fields.bytes(hello.operator()))
        .setRound(life.round())
        .setBlockNumber(life.blockNumber())
        .setBlockHash(Fields.bytes(life.blockHash()))
        .setGateway(Fields.bytes(hello.gateway()))
        .setSlots(hello.slots())
        .setModelsDigest(Fields.bytes(hello.modelsDigest()))
        .setSignature(ByteString.copyFrom(life.signature().bytes()))
        .addAllModels(paper.models())
        .addAllAnswers(paper.answers())
        .build();
  }

  /** A node's answers as they were sent. */
  public static ExamPaper paper(JudgeRequest message) {
    return new ExamPaper(message.getModelsList(), message.getAnswersList());
  }

  /** A sign of life as it was sent; throws IllegalArgumentException naming the field. */
  public static SignOfLife life(JudgeRequest message) {
    Address node = Fields.address("node", message.getNode());
    long round = Fields.number("round", message.getRound());
    Digest block = Fields.digest("block_hash", message.getBlockHash());
    return new SignOfLife(
        round,
        Fields.number("block_number", message.getBlockNumber()),
        block,
        new NodeHello(
            Fields.address("gateway", message.getGateway()),
            SignOfLife.nonce(node, round, block),
            node,
            Fields.small("slots", message.getSlots()),
            Fields.digest("models_digest", message.getModelsDigest())),
        Fields.signature("signature", message.getSignature()));
  }

  private static PoolCandidate candidate(Candidate candidate) {
    return PoolCandidate.newBuilder()
        .setNode(Fields.bytes(candidate.node()))
        .setOwner(Fields.bytes(candidate.owner()))
        .setWeight(candidate.weight())
        .build();
  }

  private static AbsentNode absent(PoolView.Absent absent) {
    return AbsentNode.newBuilder()
        .setNode(Fields.bytes(absent.node()))
        .setReason(absent.reason())
        .build();
  }

  private static PoolView pool(List<PoolCandidate> candidates, List<AbsentNode> absent) {
    Address last = Address.ZERO;
    for (PoolCandidate candidate : candidates) {
      Address node = Fields.address("candidates.node", candidate.getNode());
      if (node.compareTo(last) <= 0) {
        throw new IllegalArgumentException(
            "candidates: " + node + " after " + last + " (expected: sorted by node, each once)");
      }
      last = node;
    }
    return new PoolView(
        candidates.stream()
            .map(
                one ->
                    new Candidate(
                        Fields.address("candidates.node", one.getNode()),
                        Fields.address("candidates.owner", one.getOwner()),
                        Fields.number("candidates.weight", one.getWeight())))
            .toList(),
        absent.stream()
            .map(
                one ->
                    new PoolView.Absent(
                        Fields.address("absent.node", one.getNode()), one.getReason()))
            .toList());
  }
}
