package io.myelin.committee;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.terms.Param;
import io.myelin.protocol.committee.BenchRules;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.typeddata.AbsenceVerdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has validators benched that do not answer: for a gateway whose committee had a silent member, and
 * for the validator whose turn it is to call the roll. Safe for many threads.
 */
public final class Absences {
  private static final Logger LOG = LoggerFactory.getLogger(Absences.class);

  private final CommitteeClient committee;
  private final RollCall rollCall;
  private final ChainClient chain;
  private final NetworkContracts network;
  private final Set<Address> agreed = new HashSet<>();
  private long agreedWindow;

  /** What a committee has found. */
  public record Bench(Address owner, long window, ContractWrite write) {}

  /**
   * Asks committees by a client.
   *
   * @param rollCall by which it finds out itself who is silent, before it asks anybody
   */
  public Absences(
      CommitteeClient committee, RollCall rollCall, ChainClient chain, NetworkContracts network) {
    this.committee = committee;
    this.rollCall = rollCall;
    this.chain = chain;
    this.network = network;
  }

  /**
   * Transactions that bench who is silent and not benched beyond this window: one for each verdict
   * that a committee agreed to, each verdict once.
   *
   * @param self owner of who asks; the zero address for a gateway
   * @param whom who is looked at
   * @param most verdicts that are asked for
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public List<Bench> take(Address self, Predicate<Address> whom, int most)
      throws InterruptedException {
    RollCall.Attendance attendance = rollCall.take();
    long nowSeconds = chain.head().timestampSeconds();
    long window = AbsenceVerdict.windowOf(nowSeconds);
    List<Bench> found = new ArrayList<>();
    int asked = 0;
    for (Address owner : attendance.silent()) {
      if (owner.equals(self)
          || !whom.test(owner)
          || !attendance.isConnected(self, owner)
          || asked == most) {
        continue;
      }
      long benchedUntil = network.validators().validatorOf(owner).on(chain).benchedUntil();
      // Who is benched into the next window has time; who is benched at all may stay so.
      if (benchedUntil > nowSeconds + AbsenceVerdict.WINDOW_SECONDS
          || isAgreed(owner, window)
          || (benchedUntil <= nowSeconds && !hasRoom(attendance, found.size(), nowSeconds))) {
        continue;
      }
      asked++;
      try {
        Quorum quorum = committee.cases().absence(owner, window);
        note(owner, window);
        found.add(
            new Bench(
                owner,
                window,
                network
                    .validators()
                    .bench(owner, window, quorum.seatsBits(), quorum.signatures())));
      } catch (NotAgreedException e) {
        LOG.info("{} is not found absent: {}", owner, e.getMessage());
      }
    }
    return found;
  }

  /** Whether the contract would bench one more, besides those that were just found. */
  private boolean hasRoom(RollCall.Attendance attendance, int found, long nowSeconds) {
    int benched = found;
    for (Address owner : attendance.silent()) {
      if (network.validators().validatorOf(owner).on(chain).benchedUntil() > nowSeconds) {
        benched++;
      }
    }
    int all = attendance.present().size() + attendance.silent().size();
    long size = Param.COMMITTEE_SIZE.of(network, chain).longValueExact();
    return BenchRules.hasRoom(all - benched, benched, size);
  }

  private synchronized boolean isAgreed(Address owner, long window) {
    return window == agreedWindow && agreed.contains(owner);
  }

  private synchronized void note(Address owner, long window) {
    if (window != agreedWindow) {
      agreed.clear();
      agreedWindow = window;
    }
    agreed.add(owner);
  }
}
