package io.myelin.committee.opening;

import io.myelin.chain.Bytes;
import io.myelin.chain.ChainClient;
import io.myelin.committee.CommitteeClient;
import io.myelin.committee.MemberAnswer;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.proposal.OpeningProposal;
import io.myelin.committee.proposal.PoolView;
import io.myelin.committee.wire.Reason;
import io.myelin.contracts.Session;
import io.myelin.contracts.SubnetRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.selection.NodeSelection;
import io.myelin.protocol.selection.SelectionSeed;
import io.myelin.protocol.settlement.SessionBrief;
import io.myelin.protocol.settlement.SessionNonce;
import io.myelin.protocol.settlement.SessionSeed;
import io.myelin.protocol.settlement.SessionTail;
import io.myelin.protocol.typeddata.SessionRequest;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * What a client does to open a session of the queue, where no gateway does it for it: draws both
 * parts of the seed, signs the request, draws the nodes of the pool as every validator will again,
 * and has the committee approve. It sends nothing.
 */
public final class QueueOpening {
  /** Most nodes a pool may have had in all for this to read it. */
  private static final int MOST_NODES = 4_096;

  private static final int MOST_TRIES = 4;
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ChainClient chain;
  private final NetworkContracts network;
  private final CommitteeClient committee;
  private final FreeNodes pool;
  private final NodeRecordReader records;

  /**
   * In a network.
   *
   * @param committee that asks with the client's own key
   * @param firstBlock no event of the network is older
   */
  public QueueOpening(
      ChainClient chain, NetworkContracts network, CommitteeClient committee, long firstBlock) {
    this.chain = chain;
    this.network = network;
    this.committee = committee;
    this.pool = new FreeNodes(chain, network, firstBlock);
    this.records = new NodeRecordReader(chain, network, firstBlock);
  }

  /**
   * What a client wants.
   *
   * @param subnetId that lists the model
   * @param model an id, or {@code *} where the subnet prices all of its models alike
   * @param redundancy nodes that do each task
   * @param nodes the session is to have: at least the redundancy; the others stand in for those who
   *     fail
   * @param budgetWei goes into escrow
   * @param expiresAtSeconds Unix time, by the chain's clock
   * @param maxTasks that may be paid; 0 for no limit
   */
  public record Wish(
      Digest subnetId,
      String model,
      int redundancy,
      int nodes,
      BigInteger budgetWei,
      long expiresAtSeconds,
      long maxTasks) {
    /** Checks the numbers. */
    public Wish {
      if (redundancy < 1 || nodes < redundancy || nodes > SessionBrief.MAX_SEATS) {
        throw new IllegalArgumentException(
            "redundancy, nodes: %d, %d (expected: at least 1, from the redundancy to %d)"
                .formatted(redundancy, nodes, SessionBrief.MAX_SEATS));
      }
    }
  }

  /**
   * A session that its committee approved.
   *
   * @param opening for {@code Session.open}
   * @param brief for {@code SessionQueue.start}
   * @param tail for {@code SessionQueue.start}
   */
  public record Approved(Session.Opening opening, SessionBrief brief, SessionTail tail) {}

  /** A session cannot be opened as wished. */
  public static final class ImpossibleException extends Exception {
    private static final long serialVersionUID = 1L;

    ImpossibleException(String message) {
      super(message);
    }
  }

  /**
   * Has it approved; blocks for a bounded time. Where nodes came or went between this draw and the
   * members', it is drawn anew, a few times.
   *
   * @param random must be unpredictable for others
   * @throws ImpossibleException when the subnet lacks the model, or the pool the nodes
   * @throws NotAgreedException when the committee does not agree
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Approved approve(OperatorKey client, Wish wish, RandomGenerator random)
      throws ImpossibleException, NotAgreedException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return once(client, wish, random);
      } catch (NotAgreedException e) {
        if (tries == MOST_TRIES || !poolMoved(e)) {
          throw e;
        }
        Thread.sleep(PAUSE);
      }
    }
  }

  private static boolean poolMoved(NotAgreedException refused) {
    return refused.answers().stream()
        .map(MemberAnswer::answer)
        .anyMatch(
            answer ->
                answer instanceof MemberAnswer.Answer.Refused no
                    && no.reason().equals(Reason.REFUSED_CANDIDATES.name()));
  }

  private Approved once(OperatorKey client, Wish wish, RandomGenerator random)
      throws ImpossibleException, NotAgreedException, InterruptedException {
    SubnetRegistry.Model listed =
        network.subnets().modelOf(wish.subnetId(), SessionTail.modelIdOf(wish.model())).on(chain);
    if (listed.priceVersion() == 0) {
      throw new ImpossibleException(
          "model %s has no price in subnet %s (expected: a model that the subnet lists)"
              .formatted(wish.model(), wish.subnetId()));
    }
    long set = network.validators().setVersion().on(chain);
    Digest clientRandom = digest(random);
    Digest secret = digest(random);
    Digest nonce = SessionNonce.of(clientRandom, SelectionSeed.commitmentTo(secret), set);
    SessionRequest request =
        new SessionRequest(
            client.address(),
            network.addresses().queue(),
            wish.model(),
            wish.redundancy(),
            0,
            wish.budgetWei(),
            wish.expiresAtSeconds() * 1_000,
            nonce);
    PoolView candidates = candidates(set);
    List<Address> nodes = drawn(SessionSeed.of(nonce, secret), candidates, wish);
    ChainTerms.OpeningTerms terms =
        new ChainTerms.OpeningTerms(
            request,
            Bytes.of(client.sign(network.domain().digest(request)).bytes()),
            clientRandom,
            secret,
            set,
            wish.subnetId(),
            listed.priceVersion(),
            nodes,
            wish.maxTasks());
    CommitteeClient.Approval approval =
        committee.approveOpening(new OpeningProposal(terms, candidates));
    return new Approved(
        terms.approved(approval.quorum().seatsBits(), approval.quorum().signatures()),
        approval.brief(),
        approval.tail());
  }

  /** A client knows of no node's absence: all with a free slot can be drawn. */
  private PoolView candidates(long set) throws ImpossibleException {
    Map<Address, Address> free;
    try {
      free = pool.read(MOST_NODES);
    } catch (IllegalStateException e) {
      throw new ImpossibleException(String.valueOf(e.getMessage()));
    }
    SetRecords weighed = records.asOf(set);
    return new PoolView(
        free.entrySet().stream()
            .map(
                entry ->
                    new Candidate(entry.getKey(), entry.getValue(), weighed.weight(entry.getKey())))
            .toList(),
        List.of());
  }

  private static List<Address> drawn(SelectionSeed seed, PoolView pool, Wish wish)
      throws ImpossibleException {
    List<Address> nodes =
        NodeSelection.draw(
                seed,
                NodeSelection.SESSION_NODES,
                pool.candidates(),
                wish.nodes(),
                NodeSelection.Owners.DISTINCT)
            .stream()
            .map(Candidate::node)
            .toList();
    if (nodes.size() < wish.redundancy()) {
      throw new ImpossibleException(
          "%d nodes of different owners have a free slot (expected: at least %d, the redundancy)"
              .formatted(nodes.size(), wish.redundancy()));
    }
    return nodes;
  }

  private static Digest digest(RandomGenerator random) {
    byte[] bytes = new byte[Digest.LENGTH];
    random.nextBytes(bytes);
    return Digest.of(bytes);
  }
}
