package io.myelin.gateway.chain;

import io.myelin.chain.Bytes;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.contracts.terms.ChainTerms.OpeningTerms;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.SessionChain;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.WorkRecord;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** The validators that sit in judgement. Blocks, for a bounded time. */
public interface Committee {

  /**
   * Has an opening approved.
   *
   * @param candidates the nodes were drawn from
   * @param absent nodes of the pool with a free slot that were left out, and why
   * @param entry who took the request in, when it names no gateway
   */
  Quorum approve(
      OpeningTerms terms,
      List<Candidate> candidates,
      Map<Address, String> absent,
      Optional<OpeningProposal.Entry> entry)
      throws NoQuorumException, InterruptedException;

  /** Has more nodes for a session approved. */
  Quorum extend(OnChain session, SessionChain.Extension extension, Map<Address, String> absent)
      throws NoQuorumException, InterruptedException;

  /**
   * Has a batch checked and then signed. Nobody signs before a quorum found all of it right.
   *
   * @throws BadSessionsException when some of it is not; nobody signed
   */
  Quorum attest(Batch batch) throws NoQuorumException, BadSessionsException, InterruptedException;

  /**
   * Shows a batch's committee receipts, and what its members want to see of the work behind them.
   * Returns when all of them have checked it, or their time is over; who cannot be reached is
   * passed over.
   *
   * @param number of the batch
   * @param set that its committee is drawn from
   * @param receipts as JSON
   * @param works the work behind the receipt at a place
   */
  default List<Shown> show(
      Address gateway,
      long number,
      long set,
      List<byte[]> receipts,
      IntFunction<List<WorkRecord>> works)
      throws InterruptedException {
    return List.of();
  }

  /**
   * Shows a batch's committee work that an alarm names, whether its members drew it or not. Returns
   * when all of them have checked it, or their time is over.
   *
   * @param number of the batch
   * @param set that its committee is drawn from
   */
  default List<Shown> examine(Address gateway, long number, long set, List<WorkRecord> records)
      throws InterruptedException {
    return List.of();
  }

  /**
   * What a member found of one record.
   *
   * @param validator the member's owner
   * @param detail for people
   */
  record Shown(Address validator, WorkRecord record, ExamineReply.Found found, String detail) {}

  /** Words of context that exams are to be sat over; none where nobody checks them. */
  default int examContext() throws InterruptedException {
    return 0;
  }

  /** Has a node found fit to serve by its sign of life and its answers to an exam. */
  Quorum judge(SignOfLife life, ExamPaper paper) throws NoQuorumException, InterruptedException;

  /**
   * Signatures of enough members.
   *
   * @param seats bit i is set when seat i signed
   * @param signatures one after the other, in the order of the seats
   */
  record Quorum(BigInteger seats, Bytes signatures) {}

  /**
   * Settlements of one transaction.
   *
   * @param number the gateway's
   * @param set the committee is drawn from
   */
  record Batch(Address gateway, long number, long set, List<Claim> claims) {
    /** Copies. */
    public Batch {
      claims = List.copyOf(claims);
    }
  }

  /**
   * What a gateway claims of one session.
   *
   * @param earnedWei per seat, before the split
   * @param receipts pages of receipts, read when they are needed
   */
  record Claim(
      OnChain session,
      Digest receiptsRoot,
      long tasks,
      List<BigInteger> earnedWei,
      Iterable<byte[]> receipts) {
    /** Copies the amounts. */
    public Claim {
      earnedWei = List.copyOf(earnedWei);
    }
  }

  /** Too few members signed. */
  final class NoQuorumException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What kept them from it. */
    public enum Why {
      /** So many said no that there cannot be a quorum. */
      REFUSED,
      /** Too many said nothing. */
      SILENT,
      /** The pool is not any more what was drawn from: another draw may do. */
      POOL_MOVED
    }

    private final Why why;

    /** Says who answered what. */
    public NoQuorumException(String message, Why why) {
      super(message);
      this.why = why;
    }

    /** What kept them from it. */
    public Why why() {
      return why;
    }
  }

  /** Sessions of a batch are not right. */
  final class BadSessionsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Map<SessionId, List<String>> sessions;

    /** With the reasons for each, at least one. */
    public BadSessionsException(Map<SessionId, List<String>> sessions) {
      super("sessions that validators do not find right: " + brief(sessions));
      this.sessions =
          sessions.entrySet().stream()
              .collect(
                  Collectors.toUnmodifiableMap(
                      Map.Entry::getKey, one -> List.copyOf(one.getValue())));
    }

    private static String brief(Map<SessionId, List<String>> sessions) {
      return sessions.entrySet().stream()
          .map(
              one ->
                  one.getKey()
                      + ": "
                      + one.getValue().getFirst()
                      + (one.getValue().size() == 1
                          ? ""
                          : " and %d more".formatted(one.getValue().size() - 1)))
          .collect(Collectors.joining(", "));
    }

    /** Which, and why. */
    public Map<SessionId, List<String>> sessions() {
      return sessions;
    }
  }
}
