package io.myelin.committee;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusRuntimeException;
import io.myelin.committee.NotAgreedException.BadSession;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.Reason;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.committee.Verdict.Count;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.v1.AttestRequest;
import io.myelin.v1.ReviewReply;
import io.myelin.v1.Sealed;
import io.myelin.v1.SessionReview;
import io.myelin.v1.Signed;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Lets each member review a batch, and only once a quorum found all of it right lets any sign: an
 * honest validator signs one content for a batch ever, so it must be the right one.
 */
final class BatchAsk implements Gathering.Ask, Verdict.Ballot {
  private static final String WORK_WANTED = "work that was not shown";

  private final SettlementBatch batch;
  private final Digest expected;
  private final AttestRequest wanted;
  private final CommitteeSettings settings;

  BatchAsk(SettlementBatch batch, Digest expected, Signature asker, CommitteeSettings settings) {
    this.batch = batch;
    this.expected = expected;
    this.wanted =
        AttestRequest.newBuilder()
            .setGateway(Fields.bytes(batch.gateway()))
            .setBatch(batch.batch())
            .setSet(batch.set())
            .setSettlementsDigest(Fields.bytes(expected))
            .setGatewaySignature(ByteString.copyFrom(asker.bytes()))
            .build();
    this.settings = settings;
  }

  @Override
  public Sealed ask(ByteString round, Members.Member member) throws InterruptedException {
    return ReviewCall.of(member, wanted, round, batch, settings.review());
  }

  @Override
  public Count read(Address operator, Verdict verdict) {
    return switch (verdict) {
      case Verdict.No(String text) -> new Count.Against(text);
      case Verdict.Yes _ -> new Count.Invalid("a signature (expected: a review)");
      case Verdict.Stated(var finding) -> {
        try {
          yield hold(ReviewReply.parseFrom(finding.bytes()));
        } catch (InvalidProtocolBufferException e) {
          yield new Count.Invalid("not a review: " + e.getMessage());
        }
      }
    };
  }

  private Count hold(ReviewReply reply) {
    List<SessionReview> wrong = wrong(reply);
    if (!wrong.isEmpty()) {
      return new Count.Against(
          Reason.REFUSED_SESSION.text(
              "%d of %d sessions; %s"
                  .formatted(wrong.size(), batch.sessions().size(), wrong.getFirst().getReason())));
    }
    return reply.getSettlementsDigest().equals(Fields.bytes(expected))
        ? new Count.For()
        : new Count.Against(
            MemberAnswer.OTHER_DIGEST + ": it works out another digest than " + expected);
  }

  private static List<SessionReview> wrong(ReviewReply reply) {
    return reply.getSessionsList().stream().filter(session -> !session.getOk()).toList();
  }

  /**
   * The signature of a member that found the batch right.
   *
   * @throws StatusRuntimeException when it does not sign, or does not answer
   */
  Signed attest(ByteString round, Members.Member member) throws InterruptedException {
    try {
      return attest(member);
    } catch (StatusRuntimeException e) {
      if (Reason.of(String.valueOf(e.getStatus().getDescription()))
          .filter(Reason.REVIEW_FIRST::equals)
          .isEmpty()) {
        throw e;
      }
      // A member that failed since its review has forgotten it, so it reviews again.
      Objects.requireNonNull(ask(round, member));
      return attest(member);
    }
  }

  private Signed attest(Members.Member member) {
    return member
        .calls()
        .withDeadlineAfter(settings.call().toMillis(), TimeUnit.MILLISECONDS)
        .attest(wanted);
  }

  /**
   * Sessions that members found wrong, of the batch only: what most of them say, and what else they
   * say is false of its work.
   */
  List<BadSession> badSessions(List<Verdict> verdicts) {
    return badSessions(
        batch.sessions().stream().map(part -> part.claim().brief().sessionId()).toList(),
        verdicts.stream().flatMap(verdict -> review(verdict).stream()).toList());
  }

  /** The same, of one reply of each member. */
  static List<BadSession> badSessions(List<SessionId> sessions, List<ReviewReply> replies) {
    Map<SessionId, Map<String, List<String>>> bad = new LinkedHashMap<>();
    for (ReviewReply reply : replies) {
      // Who says a thing twice says it once.
      Set<Said> said = new HashSet<>();
      wrong(reply).forEach(one -> note(bad, one, said));
    }
    List<BadSession> ours = new ArrayList<>();
    for (SessionId id : sessions) {
      List<BadSession> told =
          bad.getOrDefault(id, Map.of()).values().stream()
              .sorted(Comparator.comparingInt((List<String> reasons) -> reasons.size()).reversed())
              .map(reasons -> new BadSession(id, reasons.size(), usual(reasons)))
              .toList();
      told.stream().limit(1).forEach(ours::add);
      told.stream()
          .skip(1)
          .filter(one -> WorkObjection.falseTask(one.reason()).isPresent())
          .forEach(ours::add);
    }
    return ours;
  }

  private static Optional<ReviewReply> review(Verdict verdict) {
    try {
      return verdict instanceof Verdict.Stated(var finding)
          ? Optional.of(ReviewReply.parseFrom(finding.bytes()))
          : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      // What is no review was not counted either.
      return Optional.empty();
    }
  }

  /** Of members that agree on a task, what most say of who lied: no single one picks the node. */
  static String usual(List<String> reasons) {
    Map<Optional<Address>, List<String>> byNode = new LinkedHashMap<>();
    for (String reason : reasons) {
      byNode.computeIfAbsent(WorkObjection.falseNode(reason), _ -> new ArrayList<>()).add(reason);
    }
    return byNode.values().stream()
        .max(Comparator.comparingInt(List::size))
        .orElseThrow()
        .getFirst();
  }

  /** That one member says something of a session. */
  private record Said(SessionId session, String about) {}

  private static void note(
      Map<SessionId, Map<String, List<String>>> bad, SessionReview session, Set<Said> said) {
    SessionId id;
    try {
      id = SessionId.of(session.getSessionId().toByteArray());
    } catch (IllegalArgumentException e) {
      // A member that names no session of this batch says nothing about one.
      return;
    }
    Map<String, List<String>> all = bad.computeIfAbsent(id, _ -> new LinkedHashMap<>());
    Stream.concat(
            Stream.of(session.getReason()),
            session.getMoreList().stream()
                .limit(WorkObjection.MOST_MORE)
                .filter(more -> WorkObjection.falseTask(more).isPresent()))
        .filter(reason -> said.add(new Said(id, about(reason))))
        .forEach(reason -> all.computeIfAbsent(about(reason), _ -> new ArrayList<>()).add(reason));
  }

  /** Members may tell the same lie's details in other words, and each wants what it drew. */
  private static String about(String reason) {
    return WorkObjection.wantedTask(reason).isPresent()
        ? WORK_WANTED
        : WorkObjection.falseTask(reason).map(TaskId::hex).orElse(reason);
  }
}
