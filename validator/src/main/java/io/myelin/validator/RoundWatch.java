package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.committee.NotAgreedException;
import io.myelin.committee.Quorum;
import io.myelin.committee.RoundCalls;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.contracts.round.RoundReader;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundVerdict;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.leader.Duty;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A cognitive round begins in each window, goes on when a stage is over, and is judged. */
final class RoundWatch implements Watch {
  private static final Logger LOG = LoggerFactory.getLogger(RoundWatch.class);

  /** Longer than a member takes: this validator may be the first that looks at the answers. */
  private static final int PATIENCE_SECONDS = 30;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final RoundDesk desk;
  private final RoundReader reader;
  private final RoundCalls calls;

  RoundWatch(ChainClient chain, NetworkContracts network, RoundDesk desk, RoundCalls calls) {
    this.chain = chain;
    this.network = network;
    this.desk = desk;
    this.reader = desk.reader();
    this.calls = calls;
  }

  /** Stages and windows are the contract's, so they are told by its clock alone. */
  @Override
  public List<Due> due(long nowMillis) {
    long nowSeconds = chain.head().timestampSeconds();
    desk.listens(nowSeconds);
    List<Due> due = new ArrayList<>();
    for (RoundView round : reader.live()) {
      next(round, nowSeconds).ifPresent(due::add);
    }
    long number = reader.times().windowOf(nowSeconds);
    // Who could not judge it leaves it to others: a network where nobody can has no rounds.
    if (desk.isEquipped() && reader.round(number).isEmpty()) {
      Duty duty = new Duty("round/" + number, number * reader.times().windowSeconds() * 1_000);
      due.add(new Due(duty, () -> request(number)));
    }
    return due;
  }

  private Optional<Due> next(RoundView round, long nowSeconds) {
    long dueAtSeconds = round.round().dueAtSeconds();
    String name = "round/%d/%s/%d".formatted(round.number(), round.phase(), dueAtSeconds);
    if (nowSeconds >= dueAtSeconds) {
      return Optional.of(
          new Due(
              new Duty(name + "/over", dueAtSeconds * 1_000),
              () -> List.of(network.cognitive().enforce(round.id()))));
    }
    return round.phase() == CognitivePhase.JUDGE && desk.isEquipped()
        ? Optional.of(
            new Due(new Duty(name, round.stageSinceSeconds() * 1_000), () -> judge(round.number())))
        : Optional.empty();
  }

  private List<ContractWrite> request(long number) throws InterruptedException {
    try {
      Optional<RoundDraw> draw = desk.draw(number);
      if (draw.isEmpty()) {
        return List.of();
      }
      Quorum quorum = calls.approve(number, draw.get());
      return List.of(
          network
              .cognitive()
              .request(
                  number,
                  draw.get().responders(),
                  draw.get().nodes(),
                  quorum.seatsBits(),
                  quorum.signatures()));
    } catch (NotAgreedException | RefusedException e) {
      LOG.info("round {} does not begin: {}", number, e.getMessage());
      return List.of();
    }
  }

  private List<ContractWrite> judge(long number) throws InterruptedException {
    Optional<RoundView> now = reader.round(number);
    if (now.isEmpty() || now.get().phase() != CognitivePhase.JUDGE) {
      return List.of();
    }
    RoundView round = now.get();
    try {
      desk.fetchMissing(round);
      if (!round.isLate(chain.head().timestampSeconds()) && !desk.missing(round).isEmpty()) {
        // Who revealed last may still be bringing what it made.
        return List.of();
      }
      RoundVerdict verdict = desk.verdict(round, PATIENCE_SECONDS);
      Quorum quorum = calls.judge(number, verdict, desk.contents(round));
      return List.of(
          network
              .cognitive()
              .end(
                  round.id(),
                  verdict.right(),
                  verdict.wrong(),
                  quorum.seatsBits(),
                  quorum.signatures()));
    } catch (NotAgreedException | RefusedException e) {
      LOG.info("round {} is not judged: {}", number, e.getMessage());
      return List.of();
    }
  }
}
