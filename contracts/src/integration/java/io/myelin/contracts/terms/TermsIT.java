package io.myelin.contracts.terms;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.chain.EventLog;
import io.myelin.chain.TransactionReceipt;
import io.myelin.contracts.InferencePayment;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.testing.ChainWorld;
import io.myelin.contracts.testing.Openings;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.settlement.Approvals;
import io.myelin.protocol.settlement.BatchDigest;
import io.myelin.protocol.settlement.PaidSeat;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionHead;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.settlement.Settlement;
import io.myelin.protocol.settlement.Split;
import io.myelin.protocol.settlement.Subjects;
import io.myelin.protocol.typeddata.Attestation;
import io.myelin.protocol.typeddata.BatchSettlement;
import io.myelin.protocol.typeddata.NodeVoucher;
import io.myelin.protocol.typeddata.SessionClose;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Java's digests, subjects and splits against those of the deployed contracts. */
final class TermsIT {
  private static final Random RANDOM = new Random(4);

  @TempDir static Path folder;
  private static ChainWorld world;
  private static NetworkContracts network;
  private static ChainClient chain;

  @BeforeAll
  static void start() throws InterruptedException {
    world = ChainWorld.start(folder);
    network = world.network();
    chain = world.chain();
  }

  @AfterAll
  static void stop() {
    world.close();
  }

  private static Digest digest() {
    byte[] bytes = new byte[Digest.LENGTH];
    RANDOM.nextBytes(bytes);
    return Digest.of(bytes);
  }

  private static Address address() {
    byte[] bytes = new byte[Address.LENGTH];
    RANDOM.nextBytes(bytes);
    return Address.of(bytes);
  }

  /** Also the ends of the range. */
  private static long number(int bits) {
    long max = bits >= 63 ? Long.MAX_VALUE : (1L << bits) - 1;
    return switch (RANDOM.nextInt(8)) {
      case 0 -> 0;
      case 1 -> max;
      default -> RANDOM.nextLong() & max;
    };
  }

  private static BigInteger wei(int bits) {
    return switch (RANDOM.nextInt(8)) {
      case 0 -> BigInteger.ZERO;
      case 1 -> BigInteger.TWO.pow(bits).subtract(BigInteger.ONE);
      default -> new BigInteger(bits, RANDOM);
    };
  }

  private static SessionTail tail() {
    return new SessionTail(
        digest(),
        digest(),
        number(64),
        wei(128),
        wei(128),
        (int) number(31),
        (int) number(8),
        digest(),
        number(64));
  }

  @Test
  void shouldAgreeWithEveryViewForRandomValues() {
    for (int i = 0; i < 40; i++) {
      SessionRequest request =
          new SessionRequest(
              address(),
              address(),
              "model-" + number(32) + "é",
              1 + (int) number(30),
              (int) number(8),
              wei(256),
              number(64),
              digest());
      assertThat(network.sessions().idOf(ChainTerms.request(request)).on(chain))
          .isEqualTo(world.domain().digest(request));

      Digest clientRandom = digest();
      Digest secret = digest();
      long set = number(64);
      Digest commitment = SelectionSeed.commitmentTo(secret);
      assertThat(network.sessions().nonceOf(clientRandom, commitment, set).on(chain))
          .isEqualTo(SessionNonce.of(clientRandom, commitment, set));
      Digest subnetId = digest();
      long maxTasks = number(32);
      assertThat(network.sessions().nonceOfAny(secret, subnetId, maxTasks).on(chain))
          .isEqualTo(SessionNonce.forAny(secret, subnetId, maxTasks));

      SessionId id = ChainTerms.sessionId(digest());
      int had = (int) number(5);
      assertThat(
              network
                  .sessions()
                  .extensionSubject(ChainTerms.word(id), BigInteger.valueOf(had))
                  .on(chain))
          .isEqualTo(Subjects.extensionSubject(id, had));

      Address someone = address();
      for (Address requested : List.of(Address.ZERO, address())) {
        assertThat(
                network
                    .sessions()
                    .openingSubject(ChainTerms.word(id), requested, someone)
                    .on(chain))
            .isEqualTo(Subjects.openingSubject(id, requested, someone));
      }
      long batch = number(64);
      assertThat(network.payment().batchSubject(someone, batch).on(chain))
          .isEqualTo(Subjects.batchSubject(someone, batch));
      assertThat(network.nodes().verdictSubject(someone).on(chain))
          .isEqualTo(Subjects.verdictSubject(someone, 0));
      assertThat(network.validators().absenceSubject(someone, 5_900_000).on(chain))
          .isEqualTo(Subjects.absenceSubject(someone, 5_900_000));
      assertThat(network.validators().faultSubject(someone).on(chain))
          .isEqualTo(Subjects.faultSubject(someone, 0));
      Digest subnet = digest();
      assertThat(network.subnets().configSubject(subnet).on(chain))
          .isEqualTo(Subjects.configSubject(subnet, 1));

      SessionTail tail = tail();
      List<Address> nodes = Stream.generate(TermsIT::address).limit(RANDOM.nextInt(17)).toList();
      SessionBrief brief = brief(id, tail, nodes);
      assertThat(
              network
                  .sessions()
                  .approvalOf(
                      ChainTerms.word(id), brief.digest(), ChainTerms.forSession(tail), nodes)
                  .on(chain))
          .isEqualTo(Approvals.of(brief, tail, nodes).hashStruct());
      assertThat(ChainTerms.brief(ChainTerms.forSession(brief))).isEqualTo(brief);
      assertThat(ChainTerms.tail(ChainTerms.forSession(tail))).isEqualTo(tail);
    }
  }

  private static SessionBrief brief(SessionId id, SessionTail tail, List<Address> nodes) {
    return new SessionBrief(
        id,
        new SessionHead(address(), address(), address(), wei(128), number(40), number(32)),
        nodes.stream().map(node -> new PaidSeat(node, address())).toList(),
        tail.digest());
  }

  /** A session that a committee's keys let in. */
  private record Live(SessionBrief brief, SessionTail tail) {}

  private static Live open(int nodes, BigInteger budgetWei) {
    List<Address> drawn =
        world.nodes().stream().map(ChainWorld.Person::address).limit(nodes).toList();
    ChainTerms.OpeningTerms terms = Openings.of(world, RANDOM, 1, budgetWei, drawn);
    var answer = network.sessions().termsOf(terms.unapproved()).on(chain);
    Live live = new Live(ChainTerms.brief(answer.brief()), ChainTerms.tail(answer.tail()));
    assertThat(live.tail().digest()).isEqualTo(live.brief().tailDigest());
    assertThat(live.tail().modelId()).isEqualTo(SessionTail.modelIdOf(ChainWorld.MODEL));
    assertThat(live.tail().seed())
        .isEqualTo(SessionSeed.of(terms.request().nonce(), terms.gatewaySecret()).value());

    List<Address> members =
        network.validators().committee(live.tail().seed(), terms.validatorSet()).on(chain);
    ChainWorld.Attested word =
        world.attest(
            members,
            3,
            Attestation.of(
                Subjects.openingSubject(live.brief().sessionId()),
                Approvals.of(live.brief(), live.tail(), drawn)));
    TransactionReceipt receipt =
        world.send(
            world.client(),
            network
                .sessions()
                .open(terms.approved(word.seats(), word.signatures()), ChainTerms.noPermit()));
    assertThat(events(receipt)).containsExactly(new TermsEvent.Opened(live.brief(), live.tail()));
    assertThat(network.payment().isActive(ChainTerms.forPayment(live.brief())).on(chain)).isTrue();
    return live;
  }

  private static List<TermsEvent> events(TransactionReceipt receipt) {
    List<TermsEvent> events = new ArrayList<>();
    for (EventLog log : receipt.logs()) {
      TermsEvent.from(log).ifPresent(events::add);
    }
    return events;
  }

  private static Live extend(Live live) {
    List<Address> added = List.of(world.nodes().getLast().address());
    List<PaidSeat> seats = new ArrayList<>(live.brief().seats());
    seats.add(new PaidSeat(added.getFirst(), world.nodes().getLast().owner().address()));
    SessionBrief next =
        new SessionBrief(
            live.brief().sessionId(), live.brief().head(), seats, live.brief().tailDigest());
    List<Address> members =
        network.validators().committee(live.tail().seed(), live.tail().validatorSet()).on(chain);
    ChainWorld.Attested word =
        world.attest(
            members,
            4,
            Attestation.of(
                Subjects.extensionSubject(live.brief().sessionId(), live.brief().seats().size()),
                Approvals.of(next, live.tail(), added)));
    TransactionReceipt receipt =
        world.send(
            world.gateway().operator(),
            network
                .sessions()
                .extend(
                    ChainTerms.forSession(live.brief()),
                    ChainTerms.forSession(live.tail()),
                    added,
                    word.seats(),
                    word.signatures()));
    assertThat(events(receipt)).containsExactly(new TermsEvent.Extended(next));
    return new Live(next, live.tail());
  }

  @Test
  void shouldOpenSettleCorrectAndPayAsJavaSays() {
    BigInteger before = balance(world.client().address());
    BigInteger escrow = balance(network.payment().address());
    List<Live> sessions = new ArrayList<>();
    for (int nodes = 1; nodes <= 4; nodes++) {
      sessions.add(open(nodes, ChainWorld.ether(nodes).add(BigInteger.valueOf(7))));
    }
    sessions.set(1, extend(sessions.get(1)));
    SessionClose close = new SessionClose(sessions.get(2).brief().sessionId());
    world.send(
        world.gateway().owner(),
        network
            .sessions()
            .closeFor(
                ChainTerms.forSession(sessions.get(2).brief()),
                Bytes.of(world.client().sign(world.domain().digest(close)).bytes())));

    List<Settlement> settlements = settle(sessions);
    Settlement corrected = claim(sessions.getFirst(), settlements.getFirst());
    settlements.set(0, corrected);

    world.advance(Duration.ofDays(2));
    world.send(
        world.client(),
        network
            .payment()
            .finalize_(
                sessions.stream().map(live -> ChainTerms.forPayment(live.brief())).toList(),
                settlements.stream().map(ChainTerms::forPayment).toList()));
    BigInteger spent = BigInteger.ZERO;
    for (Settlement settlement : settlements) {
      spent = spent.add(settlement.earnedWei().stream().reduce(BigInteger.ZERO, BigInteger::add));
    }
    withdrawAll();
    // The claim raised what a node earned above what the client spent: the gateway paid it.
    BigInteger paid = before.subtract(balance(world.client().address()));
    assertThat(paid).isEqualTo(spent.subtract(BigInteger.valueOf(1_000)));
    assertThat(balance(network.payment().address())).isEqualTo(escrow);
  }

  private static BigInteger balance(Address account) {
    return network.token().balanceOf(account).on(chain);
  }

  private static List<Settlement> settle(List<Live> sessions) {
    Address gateway = world.gateway().address();
    world.send(world.client(), network.payment().pinCommittee(gateway));
    var next = network.payment().batches(gateway).on(chain);
    Digest rolling = BatchDigest.START;
    List<Settlement> settlements = new ArrayList<>();
    List<InferencePayment.Item> items = new ArrayList<>();
    BigInteger validatorsWei = BigInteger.ZERO;
    BigInteger treasuryWei = BigInteger.ZERO;
    for (Live live : sessions) {
      SessionBrief brief = live.brief();
      List<BigInteger> earned =
          IntStream.range(0, brief.seats().size())
              .mapToObj(_ -> new BigInteger(58, RANDOM))
              .toList();
      Digest root = digest();
      long tasks = 1L + RANDOM.nextInt(1_000);
      Split split = Split.of(brief, root, tasks, earned, false);
      settlements.add(split.settlement());
      validatorsWei = validatorsWei.add(split.validatorsWei());
      treasuryWei = treasuryWei.add(split.treasuryWei());
      rolling = BatchDigest.next(rolling, split.settlement().digest(brief.digest()), tasks);
      items.add(ChainTerms.item(brief, root, tasks, earned));
    }
    Digest subject = Subjects.batchSubject(gateway, next.batch());
    List<Address> members =
        network.validators().committeeFor(subject, next.set(), Address.ZERO).on(chain);
    ChainWorld.Attested word =
        world.attest(
            members,
            3,
            Attestation.of(subject, new BatchSettlement(gateway, next.batch(), rolling)));
    TransactionReceipt receipt =
        world.send(
            world.gateway().operator(),
            network.payment().settle(items, word.seats(), word.signatures()));
    assertThat(events(receipt).stream().map(TermsEvent::sessionId))
        .isEqualTo(sessions.stream().map(live -> live.brief().sessionId()).toList());
    assertThat(events(receipt))
        .allMatch(event -> ((TermsEvent.Settled) event).challengeUntilSeconds() > 0);
    BigInteger each = validatorsWei.divide(BigInteger.valueOf(3));
    for (Address member : members.subList(0, 3)) {
      assertThat(network.payment().credits(member).on(chain)).isEqualTo(each);
    }
    assertThat(network.payment().credits(ChainWorld.TREASURY).on(chain))
        .isEqualTo(treasuryWei.add(validatorsWei).subtract(each.multiply(BigInteger.valueOf(3))));
    return settlements;
  }

  private static Settlement claim(Live live, Settlement settled) {
    BigInteger earned = settled.earnedWei().getFirst().add(BigInteger.valueOf(1_000));
    PaidSeat seat = live.brief().seats().getFirst();
    NodeVoucher voucher = new NodeVoucher(live.brief().sessionId(), seat.node(), 9, earned);
    OperatorKey gateway = world.gateway().operator();
    TransactionReceipt receipt =
        world.send(
            world.client(),
            network
                .payment()
                .claim(
                    ChainTerms.forPayment(live.brief()),
                    ChainTerms.forPayment(settled),
                    BigInteger.ZERO,
                    9,
                    earned,
                    Bytes.of(gateway.sign(world.domain().digest(voucher)).bytes())));
    Settlement corrected =
        new Settlement(
            settled.outcome(),
            settled.receiptsRoot(),
            List.of(earned),
            List.of(settled.nodeWei().getFirst().add(BigInteger.valueOf(800))),
            settled.gatewayWei().subtract(BigInteger.valueOf(800)),
            settled.clientWei());
    assertThat(events(receipt))
        .containsExactly(new TermsEvent.Corrected(live.brief().sessionId(), corrected));
    return corrected;
  }

  private static void withdrawAll() {
    List<Address> payees = new ArrayList<>(List.of(ChainWorld.TREASURY, world.client().address()));
    payees.add(world.gateway().owner().address());
    world.nodes().forEach(node -> payees.add(node.owner().address()));
    world.validators().forEach(validator -> payees.add(validator.owner().address()));
    for (Address payee : payees) {
      if (network.payment().credits(payee).on(chain).signum() > 0) {
        world.send(world.client(), network.payment().withdraw(payee));
      }
    }
  }
}
