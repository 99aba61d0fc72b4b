package io.myelin.gateway.mempool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.myelin.gateway.session.FixedNodes;
import io.myelin.gateway.session.FreeChain;
import io.myelin.gateway.session.MemorySessionLog;
import io.myelin.gateway.session.SessionRefusedException;
import io.myelin.gateway.session.SessionService;
import io.myelin.gateway.session.SessionSettings;
import io.myelin.gateway.session.SignedSessionRequest;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.mempool.Announcement;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.typeddata.PendingRequest;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Two gateways of a subnet, one of which dies, and a pool that is a list. */
final class TakingUpTest {
  private static final Eip712Domain DOMAIN = Eip712Domain.local();
  private static final long START = 1_700_000_000_000L;
  private static final long STEP = 5_000;
  private static final String KEY = "mk_mine";
  private static final String TASK = "{\"chat\":{}}";

  private final AtomicLong now = new AtomicLong(START);
  private final OperatorKey client = OperatorKey.generate(new Random(3));
  private final ListPool pool = new ListPool();
  private final List<String> tasks = new ArrayList<>();
  private final Gateway entry = new Gateway(1);
  private final Gateway other = new Gateway(2);

  private final class ListPool implements WaitingPool {
    private final List<Announcement> waiting = new ArrayList<>();
    private boolean up = true;

    @Override
    public int submit(Announcement one) throws RefusedException {
      if (!up) {
        throw new RefusedException("NO_REGISTRY: none", true);
      }
      assertThat(one.check(DOMAIN)).isEmpty();
      waiting.add(one);
      return 1;
    }

    @Override
    public List<Announcement> waiting(Digest subnetId) {
      return waiting.stream().filter(one -> one.pending().subnetId().equals(subnetId)).toList();
    }

    @Override
    public List<Address> gateways(Digest subnetId) {
      return List.of(entry.key.address(), other.key.address());
    }
  }

  private final class Gateway {
    private final OperatorKey key;
    private final FixedNodes nodes = new FixedNodes();
    private final SessionService sessions;
    private final TakingUp takingUp;

    Gateway(int number) {
      key = OperatorKey.generate(new Random(100 + number));
      sessions =
          SessionService.start(
              SessionSettings.standard(key.address(), DOMAIN),
              new FreeChain(),
              new MemorySessionLog(),
              () -> Instant.ofEpochMilli(now.get()),
              new Random(number));
      nodes.addListener(sessions);
      takingUp =
          new TakingUp(
              key,
              DOMAIN,
              sessions,
              pool,
              (session, id, json) -> tasks.add(session + " " + id + " " + json),
              () -> Instant.ofEpochMilli(now.get()),
              STEP);
    }

    boolean hasIt() {
      return sessions.byApiKey(KEY).filter(view -> view.state().equals("active")).isPresent();
    }
  }

  private WaitingRequest request(Address gateway) {
    Digest random = Digest.of(new byte[32]);
    Digest commitment = entry.sessions.seedCommitment();
    SessionRequest request =
        new SessionRequest(
            client.address(),
            gateway,
            "tiny",
            1,
            0,
            BigInteger.valueOf(1_000),
            START + 3_600_000,
            gateway.equals(Address.ZERO)
                ? SessionNonce.forAny(SessionNonce.of(random, commitment, 1), Digest.ZERO, 0)
                : SessionNonce.of(random, commitment, 1));
    Digest digest = DOMAIN.digest(request);
    PendingRequest pending =
        new PendingRequest(
            SessionId.of(digest.bytes()),
            Digest.ZERO,
            1,
            START + 600_000,
            Sha256.hash(KEY.getBytes(StandardCharsets.UTF_8)),
            0,
            Announcement.taskDigest(TASK));
    return new WaitingRequest(
        new SignedSessionRequest(
            request, client.sign(digest), random, commitment, 1, 0, Digest.ZERO, null),
        pending,
        client.sign(DOMAIN.digest(pending)),
        TASK);
  }

  @Test
  void whoTakesItInOpensItWithTheClientsKeyAndItsTask() throws Exception {
    entry.nodes.join(FixedNodes.node(1, 2, "tiny"));
    WaitingRequest request = request(Address.ZERO);
    TakingUp.TakenIn in = entry.takingUp.takeIn(request);
    assertThat(in.registries()).isEqualTo(1);
    assertThat(entry.hasIt()).isTrue();
    assertThat(tasks)
        .containsExactly(
            in.id()
                + " "
                + Announcement.taskId(in.id(), Announcement.taskDigest(TASK))
                + " "
                + TASK);
    // The secret is used up.
    assertThatExceptionOfType(SessionRefusedException.class)
        .isThrownBy(() -> entry.takingUp.takeIn(request));
  }

  @Test
  void anotherOpensItInItsTurnWhenItsEntryDoesNot() throws Exception {
    // Nobody serves the model at the entry gateway, which then is gone.
    TakingUp.TakenIn in = entry.takingUp.takeIn(request(Address.ZERO));
    assertThat(entry.hasIt()).isFalse();
    other.nodes.join(FixedNodes.node(1, 2, "tiny"));
    other.takingUp.tick();
    now.addAndGet(STEP - 1);
    other.takingUp.tick();
    assertThat(other.hasIt()).isFalse();
    now.addAndGet(1);
    other.takingUp.tick();
    assertThat(other.hasIt()).isTrue();
    assertThat(tasks).hasSize(1).first().asString().startsWith(in.id().hex());
    // Looking again changes nothing.
    now.addAndGet(10 * STEP);
    other.takingUp.tick();
    assertThat(tasks).hasSize(1);
  }

  @Test
  void withoutARegistryNodeNothingIsOpened() {
    entry.nodes.join(FixedNodes.node(1, 2, "tiny"));
    pool.up = false;
    WaitingPool.RefusedException no =
        catchThrowableOfType(
            WaitingPool.RefusedException.class, () -> entry.takingUp.takeIn(request(Address.ZERO)));
    assertThat(no.unreachable()).isTrue();
    assertThat(entry.hasIt()).isFalse();
  }

  @Test
  void whatNamesAGatewayDoesNotWait() {
    SessionRefusedException no =
        catchThrowableOfType(
            SessionRefusedException.class,
            () -> entry.takingUp.takeIn(request(entry.key.address())));
    assertThat(no.reason()).isEqualTo(SessionRefusedException.Reason.WRONG_GATEWAY);
  }
}
