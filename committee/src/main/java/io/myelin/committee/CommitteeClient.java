package io.myelin.committee;

import io.myelin.chain.ChainClient;
import io.myelin.chain.RevertedException;
import io.myelin.chain.abi.AbiError;
import io.myelin.chain.abi.Reverts;
import io.myelin.committee.proposal.ConfigProposal;
import io.myelin.committee.proposal.ExtensionProposal;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.committee.wire.ConfigCodec;
import io.myelin.committee.wire.Fields;
import io.myelin.committee.wire.ProposalCodec;
import io.myelin.contracts.NodePool;
import io.myelin.contracts.Session;
import io.myelin.contracts.SessionQueue;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.committee.RoundState;
import io.myelin.protocol.committee.SeatState;
import io.myelin.protocol.committee.Verdict;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.queue.QueueTask;
import io.myelin.protocol.queue.TaskJudgement;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.typeddata.SessionApproval;
import io.myelin.protocol.typeddata.SubnetConfig;
import io.myelin.protocol.typeddata.TaskVerdict;
import io.myelin.protocol.typeddata.TypedStruct;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.v1.ApproveRequest;
import io.myelin.v1.ConfigureSubnetRequest;
import io.myelin.v1.ExtendRequest;
import io.myelin.v1.JudgeRequest;
import io.myelin.v1.JudgeTaskRequest;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Asks committees for a gateway, a client or a node. It reads from the chain who sits, asks all
 * members at once, tries those again that do not answer, verifies every signature, and returns when
 * there is a quorum. Every method blocks for a bounded time and may be called from any thread; call
 * it on a virtual one.
 */
public final class CommitteeClient implements AutoCloseable {
  private final Members members;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey gateway;
  private final CommitteeSettings settings;
  private final Reverts reverts;
  private final SeatedNow seated;
  private final Asking asking;
  private final Cases cases;
  private final Showing showing;
  private final Telling telling;
  private final RoundCalls rounds;
  private final MarkCalls marks;
  private final EvidenceCalls evidence;

  private CommitteeClient(
      Members members,
      ChainClient chain,
      NetworkContracts network,
      OperatorKey gateway,
      CommitteeSettings settings) {
    this.members = members;
    this.chain = chain;
    this.network = network;
    this.gateway = gateway;
    this.settings = settings;
    List<AbiError> errors =
        Stream.of(Session.ERRORS, SubnetRegistry.ERRORS, NodePool.ERRORS)
            .flatMap(List::stream)
            .toList();
    this.reverts = new Reverts(errors);
    this.seated = new SeatedNow(chain, network);
    this.asking = new Asking(members, chain, network, settings);
    this.cases = new Cases(asking, seated, chain, network);
    this.showing = new Showing(members, seated);
    this.telling = new Telling(members, seated, chain, network, gateway.address());
    this.rounds = new RoundCalls(asking, members, seated);
    this.marks = new MarkCalls(members, seated);
    this.evidence = new EvidenceCalls(members, chain, network, gateway);
  }

  /**
   * A client of the validators at these addresses. Who is who is learned when it is needed.
   *
   * @param validators {@code http://host:port} each
   * @param gateway the key of the gateway that asks: a validator signs one content for a subject
   *     ever, so it listens to the gateway alone. A client that asks for a session of the queue
   *     gives its own.
   * @throws IllegalArgumentException when one is not of this form
   */
  public static CommitteeClient connect(
      List<URI> validators,
      ChainClient chain,
      NetworkContracts network,
      OperatorKey gateway,
      CommitteeSettings settings) {
    validators.forEach(Members::checked);
    List<URI> all = List.copyOf(validators);
    return connect(() -> all, chain, network, gateway, settings);
  }

  /**
   * As above, of validators that come and go.
   *
   * @param validators where they are, {@code http://host:port} each; asked for whenever a member is
   *     looked for whose address is not known
   */
  public static CommitteeClient connect(
      Supplier<? extends Collection<URI>> validators,
      ChainClient chain,
      NetworkContracts network,
      OperatorKey gateway,
      CommitteeSettings settings) {
    Members members =
        new Members(validators, network.chainId(), network.directory().address(), settings.call());
    return new CommitteeClient(members, chain, network, gateway, settings);
  }

  /** From now on the owner of each member that did not answer, or not in time, is told here. */
  public void whenSilent(Consumer<Address> heard) {
    asking.whenSilent(heard);
  }

  /**
   * From now on what proves that a validator signed two contents for one subject is kept in a
   * folder, as {@link io.myelin.protocol.committee.Contradiction} writes it.
   */
  public void keepEvidence(Path folder) {
    asking.keepEvidence(folder);
  }

  /** What committees find of other validators. */
  public Cases cases() {
    return cases;
  }

  /** Lets the validator whose key this client has tell the others what it drew and found. */
  public Telling telling() {
    return telling;
  }

  /** What is asked, told and read in cognitive rounds. */
  public RoundCalls rounds() {
    return rounds;
  }

  /** Marks of answers. */
  public MarkCalls marks() {
    return marks;
  }

  /** What verdicts of fraud were given for. */
  public EvidenceCalls evidence() {
    return evidence;
  }

  /** Lets validators see what nodes did. */
  public Showing showing() {
    return showing;
  }

  /**
   * What a committee agreed to.
   *
   * @param brief the terms that it signed
   * @param tail what else was agreed
   * @param quorum for the contract
   */
  public record Approval(SessionBrief brief, SessionTail tail, Quorum quorum) {}

  /**
   * Lets the committee of a session's seed approve that it opens.
   *
   * @throws NotAgreedException when it does not, or the contract would not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Approval approveOpening(OpeningProposal proposal)
      throws NotAgreedException, InterruptedException {
    Session.TermsOfAnswer terms;
    try {
      terms = proposal.termsOn(network.sessions(), chain);
    } catch (RevertedException e) {
      throw new NotAgreedException(
          "the session cannot be opened: " + reverts.decode(e.data()).text());
    }
    SessionBrief brief = ChainTerms.brief(terms.brief());
    SessionTail tail = ChainTerms.tail(terms.tail());
    SessionApproval wanted = Approvals.of(brief, tail, proposal.terms().nodes());
    Attestation attestation =
        Attestation.of(
            Subjects.openingSubject(
                brief.sessionId(), proposal.terms().request().gateway(), proposal.opening()),
            wanted);
    ApproveRequest message = ProposalCodec.approve(proposal, asked(wanted));
    Quorum quorum =
        asking.ask(
            "the session is not approved",
            seated.of(tail),
            attestation,
            (round, member) ->
                asking.call(member).approve(message.toBuilder().setRound(round).build()));
    return new Approval(brief, tail, quorum);
  }

  /**
   * Lets the session's committee approve that it gets more nodes.
   *
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Approval approveExtension(ExtensionProposal proposal)
      throws NotAgreedException, InterruptedException {
    SessionBrief before = proposal.brief();
    List<PaidSeat> seats = new ArrayList<>(before.seats());
    network.nodes().seatsOf(proposal.added()).on(chain).stream()
        .map(seat -> new PaidSeat(seat.node(), seat.payee()))
        .forEach(seats::add);
    if (seats.size() > SessionBrief.MAX_SEATS) {
      throw new NotAgreedException(
          "the session would have %d seats (expected: at most %d)"
              .formatted(seats.size(), SessionBrief.MAX_SEATS));
    }
    SessionBrief brief =
        new SessionBrief(before.sessionId(), before.head(), seats, before.tailDigest());
    SessionApproval wanted = Approvals.of(brief, proposal.tail(), proposal.added());
    Attestation attestation =
        Attestation.of(
            Subjects.extensionSubject(before.sessionId(), before.seats().size()), wanted);
    ExtendRequest message = ProposalCodec.extend(proposal, asked(wanted));
    Quorum quorum =
        asking.ask(
            "the session's new nodes are not approved",
            seated.of(proposal.tail()),
            attestation,
            (round, member) ->
                asking.call(member).extend(message.toBuilder().setRound(round).build()));
    return new Approval(brief, proposal.tail(), quorum);
  }

  /**
   * Lets the batch's committee review it, and attest it once a quorum found all of it right. What
   * fails leaves no signature behind, unless members fail between the two. Write the batch down
   * before asking, and ask for the same one again after a restart: another content of this number
   * may find no quorum any more.
   *
   * @throws NotAgreedException when it does not; names the sessions to leave out, if that is why
   * @throws IllegalArgumentException when the contract would refuse a claim
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum reviewAndAttest(SettlementBatch batch)
      throws NotAgreedException, InterruptedException {
    Digest digest = batch.settlementsDigest();
    Digest subject = Subjects.batchSubject(batch.gateway(), batch.batch());
    BatchSettlement wanted = new BatchSettlement(batch.gateway(), batch.batch(), digest);
    Attestation attestation = Attestation.of(subject, wanted);
    long quorum = asking.quorum();
    BatchAsk ask = new BatchAsk(batch, digest, asked(wanted), settings);
    List<Seat> seats = seated.about(subject, batch.set(), Address.ZERO);
    Attesting attesting =
        new Attesting(
            members, settings, network.domain().digest(attestation), Math.toIntExact(quorum));
    Duration total = settings.total().plus(settings.review());
    Optional<NotAgreedException> failure = Optional.empty();
    // Some may have found it right and not sign; then those are waited for who were slower.
    for (Duration moment : List.of(settings.moment(), settings.total())) {
      Gathering gathering =
          new Gathering(
              members,
              settings.patient(moment),
              seats,
              quorum,
              network.domain(),
              subject,
              ask,
              total);
      RoundState reviewed = gathering.ask(ask);
      List<MemberAnswer> answers = new ArrayList<>(gathering.answers(reviewed));
      if (reviewed.outcome().equals(Optional.of(RoundState.Outcome.AGREED))) {
        attesting
            .ask(
                reviewed.agreed().stream().map(seats::get).toList(),
                ask,
                Fields.bytes(reviewed.terms().round()))
            .forEach(answers::set);
      }
      asking.note(seats, attestation, answers);
      Optional<Quorum> agreed = Quorum.of(answers, quorum);
      if (agreed.isPresent()) {
        return agreed.get();
      }
      failure =
          Optional.of(
              new NotAgreedException(
                  "batch " + batch.batch() + " is not attested",
                  quorum,
                  answers,
                  ask.badSessions(verdicts(reviewed))));
      if (reviewed.silent().isEmpty() || reviewed.agreed().size() < quorum) {
        break;
      }
    }
    throw failure.orElseThrow();
  }

  private static List<Verdict> verdicts(RoundState state) {
    return state.seats().stream()
        .flatMap(
            seat ->
                seat instanceof SeatState.Refused refused
                    ? refused.verdict().stream()
                    : Stream.empty())
        .toList();
  }

  /**
   * Words of context that validators want exams to be sat over; none where nobody checks them.
   * Validators are asked when too few have said so in the last half minute.
   */
  public int examContext() throws InterruptedException {
    return members.examContext();
  }

  /**
   * Lets the newest set's committee find a node fit to serve, by its sign of life.
   *
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum judge(SignOfLife life, ExamPaper paper)
      throws NotAgreedException, InterruptedException {
    Digest subject = Subjects.verdictSubject(life.node(), life.round());
    JudgeRequest message = ProposalCodec.life(life, paper);
    return asking.ask(
        "node " + life.node() + " is not found fit",
        seated.newest(subject),
        life.attestation(),
        (round, member) ->
            asking.longCall(member).judge(message.toBuilder().setAskingRound(round).build()));
  }

  /**
   * Lets a session's committee judge one of its tasks of the queue, all of whose nodes have
   * revealed.
   *
   * @param accepted the verdict that is expected; members who come to the other one refuse
   * @throws NotAgreedException when it does not agree to that verdict
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum judgeTask(QueueTask task, boolean accepted)
      throws NotAgreedException, InterruptedException {
    SessionQueue.Ledger ledger =
        network.queue().ledgerOf(ChainTerms.word(task.sessionId())).on(chain);
    TaskVerdict wanted =
        new TaskVerdict(task.sessionId(), task.id(), accepted, TaskJudgement.commitsDigest(task));
    JudgeTaskRequest message =
        JudgeTaskRequest.newBuilder()
            .setTaskId(Fields.bytes(task.id()))
            .setAccepted(accepted)
            .build();
    return asking.ask(
        "task " + task.id().shortHex() + " is not judged " + (accepted ? "good" : "bad"),
        seated.of(ledger.seed(), ledger.validatorSet()),
        Attestation.of(Subjects.taskSubject(task.id()), wanted),
        (round, member) ->
            asking.call(member).judgeTask(message.toBuilder().setRound(round).build()));
  }

  /**
   * Lets the newest set's committee sign a subnet's configuration. The key of this client must be
   * the owner's of the subnet. A subject has one content ever: ask for the same one again after a
   * crash, since another may find no quorum any more before the version has passed.
   *
   * @throws NotAgreedException when it does not
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Quorum approveConfig(ConfigProposal proposal)
      throws NotAgreedException, InterruptedException {
    SubnetConfig wanted = proposal.wanted();
    Digest subject = Subjects.configSubject(proposal.subnetId(), proposal.version());
    ConfigureSubnetRequest message = ConfigCodec.message(proposal, asked(wanted));
    return asking.ask(
        "version " + proposal.version() + " of the subnet's configuration is not signed",
        seated.newest(subject),
        Attestation.of(subject, wanted),
        (round, member) ->
            asking.call(member).configureSubnet(message.toBuilder().setRound(round).build()));
  }

  private Signature asked(TypedStruct wanted) {
    return gateway.sign(network.domain().digest(wanted));
  }

  /** Ends the connections; a call in progress fails. */
  @Override
  public void close() {
    members.close();
  }
}
