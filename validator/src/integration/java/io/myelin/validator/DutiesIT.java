package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.opening.QueueOpening;
import io.myelin.committee.proposal.SettlementBatch;
import io.myelin.contracts.queue.QueueReader;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.protocol.commitment.WorkDigest;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.queue.QueuePhase;
import io.myelin.v1.GenerationSpec;
import io.myelin.validator.Leadership.Looked;
import io.myelin.validator.testing.GatewaySide;
import io.myelin.validator.testing.Validators;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the validators' leaders do for sessions and tasks that everybody else left alone. */
final class DutiesIT {
  private static final int SETTLED = 3;
  private static final int EXPIRED = 5;
  private static final int CLOSED = 4;

  @TempDir Path folder;
  private ChainWorld world;
  private Validators validators;
  private CommitteeClient committee;
  private GatewaySide gateway;

  @BeforeEach
  void start() throws Exception {
    world = ChainWorld.start(folder, 5, 3);
    validators = Validators.start(world, folder);
    committee = validators.client(Validators.QUICK);
    gateway = new GatewaySide(world, 4);
    for (ChainWorld.Person validator : world.validators()) {
      world.anvil().fund(validator.address(), ChainWorld.ether(1));
    }
  }

  @AfterEach
  void stop() {
    committee.close();
    validators.close();
    world.close();
  }

  /** One watch for each validator, as each has its own. */
  private List<Watch> each(Supplier<Watch> watch) {
    return world.validators().stream().map(_ -> watch.get()).toList();
  }

  private List<Looked> look(List<Watch> watches) throws InterruptedException {
    List<Looked> came = new ArrayList<>();
    for (int i = 0; i < watches.size(); i++) {
      try (Leadership one =
          new Leadership(world.chain(), world.network(), world.validators().get(i).operator())) {
        came.add(one.look(watches.get(i), 0));
      }
    }
    // What the last of them sent may still wait for its block.
    world.anvil().cheats().mine(1);
    return came;
  }

  private long phase(SessionId id) {
    return world.network().payment().recordOf(ChainTerms.word(id)).on(world.chain()).phase();
  }

  private BigInteger credit(Address account) {
    return world.network().payment().credits(account).on(world.chain());
  }

  @Test
  void shouldGiveBackTheMoneyOfASessionThatItsGatewayLeft() throws Exception {
    List<Watch> watches = each(() -> new SessionWatch(world.chain(), world.network(), 0));
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
    BigInteger before = credit(world.client().address());

    // Expired, overdue, and the nodes' time to have it rescued over.
    world.advance(Duration.ofDays(4));
    assertThat(look(watches)).containsOnlyOnce(Looked.SENT);
    assertThat(phase(live.brief().sessionId())).isEqualTo(SETTLED);
    // The next look finds nothing more to do until nobody can challenge it.
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
    world.advance(Duration.ofDays(4));
    assertThat(look(watches)).containsOnlyOnce(Looked.SENT);

    assertThat(phase(live.brief().sessionId())).isEqualTo(EXPIRED);
    assertThat(credit(world.client().address()).subtract(before))
        .isEqualTo(live.brief().head().budgetWei());
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
  }

  @Test
  void shouldCreditWhatWasSettledThoughNobodyAsks() throws Exception {
    List<Watch> watches = each(() -> new SessionWatch(world.chain(), world.network(), 0));
    GatewaySide.Live live = gateway.open(committee, 2, 1);
    SettlementBatch batch =
        gateway.batch(gateway.part(live, List.of(gateway.tasks(live).generation(1, 10, 5))));
    gateway.settle(batch, committee.reviewAndAttest(batch));
    Address payee = live.brief().head().gatewayPayee();
    BigInteger before = credit(payee);

    // So late that each may act: the money moves once.
    world.advance(Duration.ofDays(4));
    assertThat(look(watches)).containsOnlyOnce(Looked.SENT);

    assertThat(phase(live.brief().sessionId())).isEqualTo(CLOSED);
    assertThat(credit(payee)).isGreaterThan(before);
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
  }

  @Test
  void shouldEnforceADeadlineOfTheQueueThatNobodyElseEnforces() throws Exception {
    List<Watch> watches = each(() -> new QueueWatch(world.chain(), world.network(), 0));
    TaskToDo task = enqueue();
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);

    world.advance(Duration.ofMinutes(12));
    List<Looked> came = look(watches);

    assertThat(came).containsOnlyOnce(Looked.SENT);
    QueueReader reader = new QueueReader(world.chain(), world.network(), 0);
    assertThat(reader.task(QueueReader.id(task.id())).orElseThrow().phase())
        .isEqualTo(QueuePhase.FAILED);
    assertThat(look(watches)).containsOnly(Looked.NOT_DUE);
  }

  private record TaskToDo(Digest id) {}

  private TaskToDo enqueue() throws Exception {
    try (CommitteeClient asked = validators.client(Validators.QUICK, world.client())) {
      QueueOpening.Approved approved =
          new QueueOpening(world.chain(), world.network(), asked, 0)
              .approve(
                  world.client(),
                  new QueueOpening.Wish(
                      world.subnetId(),
                      ChainWorld.MODEL,
                      1,
                      3,
                      ChainWorld.ether(1),
                      world.nowSeconds() + 3_600,
                      0),
                  new Random(1));
      world.send(
          world.client(),
          world.network().sessions().open(approved.opening(), ChainTerms.noPermit()));
      world.send(
          world.client(),
          world
              .network()
              .queue()
              .start(ChainTerms.forQueue(approved.brief()), ChainTerms.forQueue(approved.tail())));
      Digest session = ChainTerms.word(approved.brief().sessionId());
      GenerationSpec spec =
          GenerationSpec.newBuilder()
              .setModel(ChainWorld.MODEL)
              .setText("Count.")
              .setMaxTokens(8)
              .build();
      Digest name = Sha256.hash(new byte[] {1});
      world.send(
          world.client(),
          world
              .network()
              .queue()
              .enqueue(
                  session,
                  name,
                  WorkDigest.of(spec),
                  Bytes.of(spec.toByteArray()),
                  100,
                  8,
                  world.nowSeconds() + 600));
      return new TaskToDo(world.network().queue().taskIdOf(session, name).on(world.chain()));
    }
  }
}
