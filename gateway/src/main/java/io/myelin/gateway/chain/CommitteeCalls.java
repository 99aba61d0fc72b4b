package io.myelin.gateway.chain;

import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.terms.ChainTerms.OpeningTerms;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.SessionChain;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.SettlementClaim;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.v1.WorkRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** The committee as validators' processes answer for it. */
public final class CommitteeCalls implements Committee {
  private final CommitteeClient client;

  /** Over a client, which the caller closes. */
  public CommitteeCalls(CommitteeClient client) {
    this.client = client;
  }

  @Override
  public Quorum approve(
      OpeningTerms terms,
      List<Candidate> candidates,
      Map<Address, String> absent,
      Optional<OpeningProposal.Entry> entry)
      throws NoQuorumException, InterruptedException {
    try {
      return quorum(
          client
              .approveOpening(new OpeningProposal(terms, pool(candidates, absent), entry))
              .quorum());
    } catch (NotAgreedException e) {
      throw noQuorum(e);
    }
  }

  @Override
  public Quorum extend(
      OnChain session, SessionChain.Extension extension, Map<Address, String> absent)
      throws NoQuorumException, InterruptedException {
    try {
      return quorum(
          client
              .approveExtension(
                  new ExtensionProposal(
                      session.brief(),
                      session.tail(),
                      extension.nodes(),
                      extension.lost(),
                      pool(extension.candidates(), absent),
                      extension.draw()))
              .quorum());
    } catch (NotAgreedException e) {
      throw noQuorum(e);
    }
  }

  @Override
  public Quorum attest(Batch batch)
      throws NoQuorumException, BadSessionsException, InterruptedException {
    List<SettlementBatch.Part> parts =
        batch.claims().stream()
            .map(claim -> new SettlementBatch.Part(claim(claim), () -> texts(claim)))
            .toList();
    try {
      return quorum(
          client.reviewAndAttest(
              new SettlementBatch(batch.gateway(), batch.number(), batch.set(), parts)));
    } catch (NotAgreedException e) {
      if (e.badSessions().isEmpty()) {
        throw noQuorum(e);
      }
      Map<SessionId, List<String>> bad = new LinkedHashMap<>();
      for (NotAgreedException.BadSession one : e.badSessions()) {
        if (isLeftOut(one, e.answers().size(), e.quorum())) {
          bad.computeIfAbsent(one.sessionId(), _ -> new ArrayList<>()).add(one.reason());
        }
      }
      if (bad.isEmpty()) {
        throw noQuorum(e);
      }
      throw new BadSessionsException(bad);
    }
  }

  /**
   * Whether a batch is proposed again without a session. That work is false, or was not shown,
   * counts when it stood in a quorum's way: one member's word takes nobody's pay, when it was
   * silence of others that there was no quorum for. Some may have signed by then; what is wanted is
   * shown, and the same batch asked for again.
   */
  static boolean isLeftOut(NotAgreedException.BadSession bad, int seats, long quorum) {
    return !WorkObjection.isOfWork(bad.reason()) || bad.members() > seats - quorum;
  }

  @Override
  public int examContext() throws InterruptedException {
    return client.examContext();
  }

  @Override
  public Quorum judge(SignOfLife life, ExamPaper paper)
      throws NoQuorumException, InterruptedException {
    try {
      return quorum(client.judge(life, paper));
    } catch (NotAgreedException e) {
      NoQuorumException told = noQuorum(e);
      // A node's owner is to learn what was found of it, not only that something was.
      throw e.answers().stream()
          .map(MemberAnswer::answer)
          .filter(MemberAnswer.Answer.Refused.class::isInstance)
          .map(answer -> ((MemberAnswer.Answer.Refused) answer).detail())
          .findFirst()
          .map(detail -> new NoQuorumException(told.getMessage() + "; " + detail, told.why()))
          .orElse(told);
    }
  }

  @Override
  public List<Shown> show(
      Address gateway,
      long number,
      long set,
      List<byte[]> receipts,
      IntFunction<List<WorkRecord>> works)
      throws InterruptedException {
    return client.showing().show(gateway, number, set, receipts, works).stream()
        .map(one -> new Shown(one.validator(), one.record(), one.found(), one.detail()))
        .toList();
  }

  @Override
  public List<Shown> examine(Address gateway, long number, long set, List<WorkRecord> records)
      throws InterruptedException {
    return client.showing().examine(gateway, number, set, records).stream()
        .map(one -> new Shown(one.validator(), one.record(), one.found(), one.detail()))
        .toList();
  }

  private static SettlementClaim claim(Claim claim) {
    return new SettlementClaim(
        claim.session().brief(),
        claim.session().tail(),
        claim.receiptsRoot(),
        claim.tasks(),
        claim.earnedWei());
  }

  private static Iterator<String> texts(Claim claim) {
    Iterator<byte[]> receipts = claim.receipts().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return receipts.hasNext();
      }

      @Override
      public String next() {
        return new String(receipts.next(), StandardCharsets.UTF_8);
      }
    };
  }

  private static PoolView pool(List<Candidate> candidates, Map<Address, String> absent) {
    return new PoolView(
        candidates,
        absent.entrySet().stream()
            .map(left -> new PoolView.Absent(left.getKey(), left.getValue()))
            .toList());
  }

  private static Quorum quorum(io.myelin.committee.Quorum quorum) {
    return new Quorum(quorum.seatsBits(), quorum.signatures());
  }

  /** Refused is what members said no to, or what nobody could be asked. */
  private static NoQuorumException noQuorum(NotAgreedException e) {
    boolean silent =
        !e.answers().isEmpty()
            && e.answers().stream()
                .filter(one -> !one.reason().equals(MemberAnswer.EMPTY_SEAT))
                .noneMatch(one -> one.answer() instanceof MemberAnswer.Answer.Refused);
    // A verdict or a session that came in between: the same request with another draw may do.
    boolean poolMoved =
        e.answers().stream()
            .anyMatch(
                one ->
                    one.answer() instanceof MemberAnswer.Answer.Refused refused
                        && refused.reason().equals("REFUSED_CANDIDATES"));
    String message = String.valueOf(e.getMessage());
    return poolMoved
        ? new NoQuorumException(
            message + "; the pool changed meanwhile, sign again", NoQuorumException.Why.POOL_MOVED)
        : new NoQuorumException(
            message, silent ? NoQuorumException.Why.SILENT : NoQuorumException.Why.REFUSED);
  }
}
