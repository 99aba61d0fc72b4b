package io.myelin.gateway.chain;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.myelin.chain.store.ChainStore;
import io.myelin.chain.transaction.ChainSender;
import io.myelin.chain.transaction.SenderPolicy;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.contracts.testing.Openings;
import io.myelin.contracts.write.ChainWrites;
import io.myelin.gateway.journal.Journal;
import io.myelin.gateway.journal.TaskEnd;
import io.myelin.gateway.journal.TaskRow;
import io.myelin.gateway.journal.TaskStore;
import io.myelin.gateway.session.OnChain;
import io.myelin.gateway.session.SessionChain;
import io.myelin.gateway.session.SessionChain.Ending;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.receipt.SignedReceipt;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.BatchDigest;
import io.myelin.protocol.settlement.SignOfLife;
import io.myelin.protocol.settlement.Split;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.settlement.TestingTasks;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.work.ExamPaper;
import io.myelin.protocol.work.WorkObjection;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.GenerationSpec;
import io.myelin.v1.WorkRecord;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches of the gateway when a session of one ends in another way. */
final class SettlementsIT {
  private static final long SECONDS = 60;

  private final Random random = new Random(5);
  private final Map<SessionId, OnChain> open = new ConcurrentHashMap<>();
  @TempDir private Path folder;
  private ChainWorld world;
  private NetworkContracts network;
  private Journal journal;
  private ChainStore store;
  private ChainSender sender;
  private SigningCommittee committee;
  private ChainView view;
  private Settlements settlements;
  private Finalizations finalizations;

  @BeforeEach
  void start() throws InterruptedException {
    world = ChainWorld.start(folder);
    network = world.network();
    journal = Journal.open(folder.resolve("journal.db"));
    store = ChainStore.open(folder.resolve("chain.db"));
    Address gateway = world.gateway().address();
    sender =
        ChainSender.start(
            world.chain(),
            world.gateway().operator(),
            store.intents(network.chainId(), world.chain().genesis(), gateway),
            SenderPolicy.local(),
            InstantSource.system());
    view = new ChainView(world.chain(), network, List.of(world.subnetId()), 0, _ -> {});
    ChainView.Snapshot _ = view.refresh();
    committee = new SigningCommittee();
    CommitteePin pin =
        new CommitteePin(world.chain(), network, gateway, new ChainWrites(sender), view);
    settlements =
        new Settlements(
            world.chain(),
            network,
            gateway,
            committee,
            new ChainWrites(sender),
            journal,
            view,
            pin,
            new WorkAudit(world.chain(), network, gateway, committee, pin, journal),
            Conduct.HONEST,
            id -> Optional.ofNullable(open.get(id)));
    finalizations =
        new Finalizations(
            world.chain(),
            network,
            new ChainWrites(sender),
            journal.settlements(),
            view,
            id -> Optional.ofNullable(open.get(id)));
  }

  @AfterEach
  void stop() {
    settlements.close();
    sender.close();
    store.close();
    journal.close();
    world.close();
  }

  @Test
  void shouldSettleTheRestWhenASessionEndsAfterTheCommitteesWord() throws Exception {
    OnChain late = overdue();
    OnChain good = open();
    committee.afterwards = () -> expire(late);
    CompletableFuture<Ending> lateEnds = settlements.settle(late);
    CompletableFuture<Ending> goodEnds = settlements.settle(good);
    settlements.start();

    assertThat(lateEnds.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.EXPIRED);
    assertThat(goodEnds.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.SETTLED);
    assertThat(nextBatch()).isEqualTo(1);
    assertThat(finalizable()).containsExactlyInAnyOrder(late.id().hex(), good.id().hex());
  }

  @Test
  void shouldUseUpABatchWhoseSessionsHaveAllEnded() throws Exception {
    OnChain late = overdue();
    // As an earlier run left it, which had asked the committee.
    var _ = journal.settlements().keepBatch(0, ByteString.copyFrom(late.id().bytes())).get();
    expire(late);
    OnChain good = open();
    CompletableFuture<Ending> goodEnds = settlements.settle(good);
    settlements.start();

    assertThat(goodEnds.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.SETTLED);
    assertThat(nextBatch()).isEqualTo(2);
    // Nobody waited for it in this run; its money is sent on its way all the same.
    assertThat(finalizable()).containsExactlyInAnyOrder(late.id().hex(), good.id().hex());
  }

  @Test
  void shouldCreditTheRestWhenTheChainTookASettlementBack() throws Exception {
    OnChain good = open();
    CompletableFuture<Ending> goodEnds = settlements.settle(good);
    settlements.start();
    assertThat(goodEnds.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.SETTLED);
    // As if both had been settled in blocks that were lost; one opening with them.
    OnChain active = open();
    String lost = "ab".repeat(SessionId.LENGTH);
    var _ = journal.settlements().settled(active.id().hex(), 1).get();
    var _ = journal.settlements().settled(lost, 2).get();
    world.advance(Duration.ofDays(1).plusSeconds(1));

    finalizeNow();
    assertThat(phase(good)).isEqualTo(EscrowRecords.Phase.CLOSED);
    assertThat(phase(active)).isEqualTo(EscrowRecords.Phase.ACTIVE);
    world.advance(Duration.ofMinutes(6));
    finalizeNow();
    // Both are looked at again, as long as they may come back.
    assertThat(finalizable()).containsExactlyInAnyOrder(active.id().hex(), lost);
  }

  @Test
  void shouldShowWhatIsLeftOutOfABatchTooBeforeItIsSettled() throws Exception {
    OnChain session = open();
    TestingTasks tasks =
        new TestingTasks(
            world.domain(),
            world.gateway().operator(),
            session.brief(),
            session.tail(),
            ChainWorld.MODEL,
            Map.of(world.nodes().getFirst().address(), world.nodes().getFirst().operator()));
    List<String> receipts = new ArrayList<>();
    for (int number = 1; number <= 2; number++) {
      SignedReceipt receipt = tasks.generation(number, 3, 1);
      journaled(session, receipt);
      receipts.add(receipt.json());
    }
    String left = tasks.taskId(2).hex();
    var _ = journal.works().leaveOut(left, "found false").get(SECONDS, TimeUnit.SECONDS);

    CompletableFuture<Ending> ends = settlements.settle(session);
    settlements.start();
    assertThat(ends.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.SETTLED);
    // A member that drew it is owed it, whatever is claimed.
    assertThat(committee.shown).containsExactlyInAnyOrderElementsOf(receipts);
    assertThat(committee.claimed).containsExactly(1L);
  }

  @Test
  void shouldBringValidatorsTheWorkThatAnAlarmNamesUntilOneLooks() throws Exception {
    OnChain session = open();
    List<Address> nodes = world.nodes().stream().limit(2).map(node -> node.address()).toList();
    TestingTasks tasks =
        new TestingTasks(
            world.domain(),
            world.gateway().operator(),
            session.brief(),
            session.tail(),
            ChainWorld.MODEL,
            Map.of(world.nodes().getFirst().address(), world.nodes().getFirst().operator()));
    String task = tasks.taskId(1).hex();
    List<WorkRecord> works =
        nodes.stream()
            .map(node -> WorkRecord.newBuilder().setNode(ByteString.copyFrom(node.bytes())).build())
            .toList();
    journaled(session, tasks.generation(1, 3, 1), works);
    Address gateway = world.gateway().address();
    CommitteePin pin =
        new CommitteePin(world.chain(), network, gateway, new ChainWrites(sender), view);
    committee.busy.set(1);
    try (WorkAudit audit =
        new WorkAudit(world.chain(), network, gateway, committee, pin, journal)) {
      audit.start();
      audit.suspected(task, List.of(nodes.get(1)));
      assertThat(committee.examined.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo(works.get(1));
    }
    // Only what the alarm named, and once.
    assertThat(committee.examined).isEmpty();
    assertThat(committee.busy).hasValue(0);
  }

  @Test
  void shouldPayTheOthersOfATaskOfWhichANodeLied() throws Exception {
    OnChain session = open(3);
    Map<Address, OperatorKey> keys =
        world.nodes().stream()
            .collect(Collectors.toMap(ChainWorld.Person::address, ChainWorld.Person::operator));
    TestingTasks tasks =
        new TestingTasks(
            world.domain(),
            world.gateway().operator(),
            session.brief(),
            session.tail(),
            ChainWorld.MODEL,
            keys);
    SignedReceipt witness = tasks.generation(1, 3, 1);
    SignedReceipt primary = tasks.generation(2, 3, 1);
    journaled(session, witness);
    journaled(session, primary);
    Address liar = witness.receipt().nodes().getLast().address();
    Address teller = primary.receipt().nodes().getFirst().address();
    settlements.makeAgainWith(receipt -> SignedReceipt.sign(world.gateway().operator(), receipt));
    // Members say all of it at once, before anybody signs.
    committee.objections.add(
        List.of(
            WorkObjection.provenFalse(tasks.taskId(1), liar, "edited"),
            WorkObjection.provenFalse(tasks.taskId(2), teller, "edited")));

    CompletableFuture<Ending> ends = settlements.settle(session);
    settlements.start();
    assertThat(ends.get(SECONDS, TimeUnit.SECONDS)).isEqualTo(Ending.SETTLED);
    assertThat(committee.asked).hasValue(2);
    // Of each task two are paid, also where the client got the false answer: they did it, and hold
    // vouchers for it.
    BigInteger each = witness.receipt().nodes().getFirst().priceWei();
    assertThat(committee.claimed).containsExactly(2L);
    assertThat(committee.earned.stream().reduce(BigInteger.ZERO, BigInteger::add))
        .isEqualTo(each.multiply(BigInteger.valueOf(4)));
    assertThat(committee.earned.get(session.brief().seatOf(liar))).isEqualTo(each);
    assertThat(committee.earned.get(session.brief().seatOf(teller))).isEqualTo(each);
    SignedReceipt again =
        SignedReceipt.parse(
            journal.tasks().receipt(tasks.taskId(1).hex()).orElseThrow().toStringUtf8());
    assertThat(again.receipt().nodes()).hasSize(2);
    assertThat(journal.tasks().receiptDigest(tasks.taskId(1).hex()))
        .contains(again.receipt().digest().hex());
    SignedReceipt untold =
        SignedReceipt.parse(
            journal.tasks().receipt(tasks.taskId(2).hex()).orElseThrow().toStringUtf8());
    assertThat(untold.receipt().paid()).hasSize(2);
    // Validators are shown what the receipt was too: a member may have drawn that.
    assertThat(committee.shown)
        .contains(witness.json(), again.json(), primary.json(), untold.json());
  }

  private void journaled(OnChain session, SignedReceipt receipt) throws Exception {
    journaled(session, receipt, List.of());
  }

  private void journaled(OnChain session, SignedReceipt receipt, List<WorkRecord> works)
      throws Exception {
    String task = receipt.receipt().taskId().hex();
    Submission submission =
        new Submission(
            session.id().hex(),
            new Submission.Work.Generate(GenerationSpec.getDefaultInstance()),
            Submission.Kind.LIVE,
            "",
            1_000);
    var _ =
        journal
            .tasks()
            .create(
                TaskRow.queued(
                    task,
                    submission,
                    1,
                    "",
                    new TokenPrice(BigInteger.ONE, BigInteger.ONE),
                    BigInteger.ONE))
            .get(SECONDS, TimeUnit.SECONDS);
    TaskStore.Changes changes = journal.tasks().change(task, session.id().hex());
    works.forEach(changes::work);
    changes.end(
        new TaskEnd(
            "completed",
            2,
            null,
            null,
            null,
            null,
            List.of(),
            ByteString.copyFromUtf8(receipt.json()),
            ByteString.copyFrom(receipt.receipt().digest().bytes())));
    var _ = changes.submit().get(SECONDS, TimeUnit.SECONDS);
  }

  private void finalizeNow() throws Exception {
    ChainView.Snapshot _ = view.refresh();
    finalizations.run();
    // Behind all that it wrote.
    var _ = journal.settlements().forgetBatch(Long.MAX_VALUE).get();
  }

  private EscrowRecords.Phase phase(OnChain session) {
    return new EscrowRecords(world.chain(), network).phase(session.id());
  }

  private long nextBatch() {
    return network.payment().batches(world.gateway().address()).on(world.chain()).batch();
  }

  private List<String> finalizable() throws Exception {
    // Behind all that was written: nobody waits for a note before a settlement is told.
    var _ = journal.settlements().forgetBatch(Long.MAX_VALUE).get();
    return journal
        .settlements()
        .due(world.nowSeconds() + Duration.ofDays(2).toSeconds(), Integer.MAX_VALUE);
  }

  private void expire(OnChain session) {
    world.send(world.client(), network.payment().expire(ChainTerms.forPayment(session.brief())));
  }

  /** A session that its client closed, and that its gateway did not settle in time. */
  private OnChain overdue() {
    OnChain session = open();
    world.send(world.client(), network.sessions().close(ChainTerms.forSession(session.brief())));
    world.advance(Duration.ofDays(1).plusSeconds(1));
    world.makeSet();
    return session;
  }

  private OnChain open() {
    return open(1);
  }

  /** A session of so many nodes, all of which do each task. */
  private OnChain open(int count) {
    List<Address> drawn =
        world.nodes().stream().limit(count).map(ChainWorld.Person::address).toList();
    ChainTerms.OpeningTerms terms = Openings.of(world, random, count, ChainWorld.ether(1), drawn);
    var answer = network.sessions().termsOf(terms.unapproved()).on(world.chain());
    OnChain session =
        new OnChain(ChainTerms.brief(answer.brief()), ChainTerms.tail(answer.tail()), 0);
    List<Address> members =
        network
            .validators()
            .committee(session.tail().seed(), terms.validatorSet())
            .on(world.chain());
    ChainWorld.Attested word =
        world.attest(
            members,
            3,
            Attestation.of(
                Subjects.openingSubject(session.id()),
                Approvals.of(session.brief(), session.tail(), terms.nodes())));
    world.send(
        world.client(),
        network
            .sessions()
            .open(terms.approved(word.seats(), word.signatures()), ChainTerms.noPermit()));
    open.put(session.id(), session);
    return session;
  }

  /** Signs what it is asked for, with the keys of those who sit; then something happens. */
  private final class SigningCommittee implements Committee {
    private final List<String> shown = new CopyOnWriteArrayList<>();
    private final List<Long> claimed = new CopyOnWriteArrayList<>();
    private final BlockingQueue<WorkRecord> examined = new LinkedBlockingQueue<>();
    private final AtomicInteger busy = new AtomicInteger();
    private final Queue<List<String>> objections = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile List<BigInteger> earned = List.of();
    private volatile Runnable afterwards = () -> {};

    @Override
    public List<Shown> examine(Address of, long number, long set, List<WorkRecord> records) {
      if (busy.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        return List.of();
      }
      examined.addAll(records);
      return records.stream()
          .map(one -> new Shown(of, one, ExamineReply.Found.FOUND_EXACT, ""))
          .toList();
    }

    @Override
    public List<Shown> show(
        Address of,
        long number,
        long set,
        List<byte[]> receipts,
        IntFunction<List<WorkRecord>> works) {
      receipts.forEach(json -> shown.add(new String(json, StandardCharsets.UTF_8)));
      return List.of();
    }

    @Override
    public Quorum attest(Batch batch) throws BadSessionsException {
      asked.incrementAndGet();
      List<String> objection = objections.poll();
      if (objection != null) {
        throw new BadSessionsException(Map.of(batch.claims().getFirst().session().id(), objection));
      }
      earned = batch.claims().getFirst().earnedWei();
      batch.claims().forEach(claim -> claimed.add(claim.tasks()));
      Digest digest = BatchDigest.START;
      for (Claim claim : batch.claims()) {
        Split split =
            Split.of(
                claim.session().brief(),
                claim.receiptsRoot(),
                claim.tasks(),
                claim.earnedWei(),
                false);
        Digest terms = claim.session().brief().digest();
        digest = BatchDigest.next(digest, split.settlement().digest(terms), claim.tasks());
      }
      Digest subject = Subjects.batchSubject(batch.gateway(), batch.number());
      List<Address> members =
          network.validators().committeeFor(subject, batch.set(), Address.ZERO).on(world.chain());
      ChainWorld.Attested word =
          world.attest(
              members,
              3,
              Attestation.of(
                  subject, new BatchSettlement(batch.gateway(), batch.number(), digest)));
      afterwards.run();
      afterwards = () -> {};
      return new Quorum(word.seats(), word.signatures());
    }

    @Override
    public Quorum approve(
        ChainTerms.OpeningTerms terms,
        List<Candidate> candidates,
        Map<Address, String> absent,
        Optional<OpeningProposal.Entry> entry) {
      throw new IllegalStateException("asked to approve (expected: batches only)");
    }

    @Override
    public Quorum extend(
        OnChain session, SessionChain.Extension extension, Map<Address, String> absent) {
      throw new IllegalStateException("asked to extend (expected: batches only)");
    }

    @Override
    public Quorum judge(SignOfLife life, ExamPaper paper) {
      throw new IllegalStateException("asked to judge (expected: batches only)");
    }
  }
}
