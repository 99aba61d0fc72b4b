package io.myelin.contracts.round;

import io.myelin.chain.BlockHeader;
import io.myelin.chain.ChainClient;
import io.myelin.contracts.Cognitive;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.cognitive.CognitiveAnswer;
import io.myelin.protocol.cognitive.CognitiveAnswer.Part;
import io.myelin.protocol.cognitive.CognitivePhase;
import io.myelin.protocol.cognitive.CognitiveRound;
import io.myelin.protocol.cognitive.RoundDraw;
import io.myelin.protocol.cognitive.RoundView;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.pcollections.PMap;
import org.pcollections.TreePMap;

/** Reads rounds. Every method blocks for a bounded time and may be called from any thread. */
public final class RoundReader {
  /** Nodes of one question: some two million gas of the fifty that endpoints grant. */
  private static final int MOST_AT_ONCE = 512;

  private final ChainClient chain;
  private final Cognitive contract;
  private final Set<Long> over = ConcurrentHashMap.newKeySet();
  private volatile RoundView.@Nullable Times times;

  /** Of a network. */
  public RoundReader(ChainClient chain, NetworkContracts network) {
    this.chain = chain;
    this.contract = network.cognitive();
  }

  /**
   * The network's times, which never change.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public RoundView.Times times() {
    RoundView.Times known = times;
    if (known == null) {
      known =
          new RoundView.Times(
              contract.ROUND_SECONDS().on(chain), contract.STAGE_SECONDS().on(chain));
      times = known;
    }
    return known;
  }

  /**
   * The round of a window after the newest block; empty when there is none.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Optional<RoundView> round(long number) {
    return round(number, chain.head().number());
  }

  private Optional<RoundView> round(long number, long block) {
    Digest id = RoundDraw.idOf(number);
    Cognitive.RoundsAnswer round = contract.rounds(id).on(chain, block);
    if (round.phase() == 0) {
      return Optional.empty();
    }
    List<Address> drawn = contract.drawnOf(id).on(chain, block);
    PMap<Address, CognitiveAnswer> answers = TreePMap.empty();
    for (Address node : drawn) {
      Cognitive.AnswersAnswer answer = contract.answers(id, node).on(chain, block);
      if (answer.part() > 0) {
        answers =
            answers.plus(
                node,
                new CognitiveAnswer(
                    Part.of(answer.part()),
                    given(answer.precommit()),
                    given(answer.answerDigest())));
      }
    }
    return Optional.of(
        new RoundView(
            number,
            times(),
            new CognitiveRound(
                drawn,
                CognitivePhase.of(round.phase()),
                round.dueAt(),
                (int) round.creator(),
                (int) round.preparer(),
                (int) round.nextSpare(),
                answers),
            round.topicDigest(),
            round.questionsDigest()));
  }

  private static Optional<Digest> given(Digest digest) {
    return digest.equals(Digest.ZERO) ? Optional.empty() : Optional.of(digest);
  }

  /**
   * Rounds that wait for something, oldest first.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public List<RoundView> live() {
    BlockHeader head = chain.head();
    long current = times().windowOf(head.timestampSeconds());
    long first = Math.max(0, current - times().windowsBack());
    over.removeIf(number -> number < first);
    List<RoundView> live = new ArrayList<>();
    for (long number = first; number <= current; number++) {
      if (over.contains(number)) {
        continue;
      }
      Optional<RoundView> found = round(number, head.number());
      if (found.isPresent() && !found.get().phase().isEnd()) {
        live.add(found.get());
      } else if (number < current - 1) {
        // None begins in a window that is past, and none goes on that has ended. A block that is
        // taken back can undo an end, of this window or the one before only where stages are long;
        // then somebody's round fails, and nothing else.
        boolean _ = over.add(number);
      }
    }
    return live;
  }

  /**
   * Whether a node can take part.
   *
   * @param restsUntilSeconds before which it is not drawn again
   * @param balanceWei in its account
   */
  public record Means(long restsUntilSeconds, BigInteger balanceWei) {}

  /**
   * Of each of these nodes, after one block: a question for some hundred of them together, so that
   * a large pool takes seconds also where a call takes long.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  public Map<Address, Means> meansOf(Collection<Address> nodes) {
    long block = chain.head().number();
    List<Address> all = List.copyOf(nodes);
    Map<Address, Means> means = new HashMap<>();
    for (int from = 0; from < all.size(); from += MOST_AT_ONCE) {
      List<Address> some = all.subList(from, Math.min(all.size(), from + MOST_AT_ONCE));
      List<Cognitive.Means> said = contract.meansOf(some).on(chain, block);
      for (int i = 0; i < some.size(); i++) {
        means.put(some.get(i), new Means(said.get(i).restsUntil(), said.get(i).balanceWei()));
      }
    }
    return means;
  }
}
