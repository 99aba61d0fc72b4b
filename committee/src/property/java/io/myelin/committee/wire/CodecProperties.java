package io.myelin.committee.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import io.myelin.chain.Bytes;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.typeddata.SessionRequest;
import io.myelin.v1.ApproveRequest;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What one side writes, the other reads; what nobody writes is refused with its field's name. */
final class CodecProperties {
  private static final Signature ASKER = OperatorKey.generate(new Random(1)).sign(Digest.ZERO);

  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Digest digest(Random random) {
    return Digest.of(bytes(random, Digest.LENGTH));
  }

  private static Address address(Random random) {
    return Address.of(bytes(random, Address.LENGTH));
  }

  private static List<Address> addresses(Random random) {
    return Stream.generate(() -> address(random)).limit(random.nextInt(17)).toList();
  }

  private static BigInteger wei(Random random) {
    return new BigInteger(random.nextInt(129), random);
  }

  private static SessionTail tail(Random random) {
    return new SessionTail(
        digest(random),
        digest(random),
        random.nextLong() >>> 1,
        wei(random),
        wei(random),
        random.nextInt() >>> 1,
        random.nextInt(256),
        digest(random),
        random.nextLong() >>> 1);
  }

  private static SessionBrief brief(Random random) {
    return new SessionBrief(
        SessionId.of(bytes(random, SessionId.LENGTH)),
        new SessionHead(
            address(random),
            address(random),
            address(random),
            wei(random),
            random.nextLong() >>> 24,
            Integer.toUnsignedLong(random.nextInt())),
        addresses(random).stream().map(node -> new PaidSeat(node, address(random))).toList(),
        digest(random));
  }

  private static PoolView pool(Random random) {
    return new PoolView(
        addresses(random).stream()
            .map(node -> new Candidate(node, address(random), random.nextLong() >>> 1))
            .toList(),
        addresses(random).stream()
            .map(node -> new PoolView.Absent(node, "not connected"))
            .toList());
  }

  private static OpeningProposal opening(Random random) {
    return new OpeningProposal(
        new ChainTerms.OpeningTerms(
            new SessionRequest(
                address(random),
                address(random),
                "model " + random.nextInt(),
                1 + random.nextInt(100),
                random.nextInt(256),
                wei(random),
                random.nextLong() >>> 1,
                digest(random)),
            Bytes.of(bytes(random, random.nextInt(70))),
            digest(random),
            digest(random),
            random.nextLong() >>> 1,
            digest(random),
            random.nextLong() >>> 1,
            addresses(random),
            Integer.toUnsignedLong(random.nextInt())),
        pool(random),
        random.nextBoolean()
            ? Optional.empty()
            : Optional.of(
                new OpeningProposal.Entry(
                    address(random), address(random), random.nextLong() >>> 1, ASKER)));
  }

  @Property(tries = 200)
  void whatIsWrittenIsRead(@ForAll long seed) {
    Random random = new Random(seed);
    OpeningProposal opening = opening(random);
    assertThat(ProposalCodec.opening(ProposalCodec.approve(opening, ASKER))).isEqualTo(opening);
    ExtensionProposal extension =
        new ExtensionProposal(
            brief(random),
            tail(random),
            addresses(random),
            addresses(random),
            pool(random),
            1 + random.nextInt(16));
    assertThat(ProposalCodec.extension(ProposalCodec.extend(extension, ASKER)))
        .isEqualTo(extension);
    SettlementClaim claim =
        new SettlementClaim(
            brief(random),
            tail(random),
            digest(random),
            Integer.toUnsignedLong(random.nextInt()),
            Stream.generate(() -> wei(random)).limit(5).toList());
    assertThat(TermsCodec.claim(TermsCodec.item(claim))).isEqualTo(claim);
  }

  @Property(tries = 50)
  void whatNobodyWritesIsRefused(@ForAll long seed) {
    Random random = new Random(seed);
    ApproveRequest message = ProposalCodec.approve(opening(random), ASKER);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ProposalCodec.opening(
                    message.toBuilder()
                        .setSubnetId(ByteString.copyFrom(bytes(random, 31)))
                        .build()))
        .withMessageContaining("subnet_id");
    ApproveRequest.Builder backwards = message.toBuilder().clearCandidates();
    ProposalCodec.approve(
            new OpeningProposal(
                opening(random).terms(),
                new PoolView(
                    List.of(
                        new Candidate(address(random), Address.ZERO, 1),
                        new Candidate(address(random), Address.ZERO, 1)),
                    List.of())),
            ASKER)
        .getCandidatesList()
        .reversed()
        .forEach(backwards::addCandidates);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProposalCodec.opening(backwards.build()))
        .withMessageContaining("sorted by node");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fields.wei("budget_wei", ByteString.copyFrom(bytes(random, 33))))
        .withMessageContaining("budget_wei: 33 bytes");
  }
}
