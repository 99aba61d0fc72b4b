package io.myelin.chain.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.chain.Bytes;
import io.myelin.chain.Fees;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Any history of crashes, reorganisations, lost answers, forgotten mempools and prices: no intent
 * is ever twice in the chain, nothing is sent before it is on disk, and once the trouble ends every
 * intent is in the chain exactly once.
 */
class SenderMachineProperties {
  enum Act {
    SUBMIT,
    WORK,
    WORK_AND_LOSE_ANSWER,
    FAIL_CALL,
    TICK,
    LONG_TICK,
    MINE_ONE,
    MINE_ALL,
    REORG,
    REORG_FORGET,
    FORGET_MEMPOOL,
    PRICE_UP,
    PRICE_DOWN,
    CRASH
  }

  record Choice(Act act, int number) {}

  @Provide
  Arbitrary<List<Choice>> histories() {
    Arbitrary<Act> acts =
        Arbitraries.frequency(
            net.jqwik.api.Tuple.of(6, Act.SUBMIT),
            net.jqwik.api.Tuple.of(30, Act.WORK),
            net.jqwik.api.Tuple.of(4, Act.WORK_AND_LOSE_ANSWER),
            net.jqwik.api.Tuple.of(4, Act.FAIL_CALL),
            net.jqwik.api.Tuple.of(12, Act.TICK),
            net.jqwik.api.Tuple.of(4, Act.LONG_TICK),
            net.jqwik.api.Tuple.of(6, Act.MINE_ONE),
            net.jqwik.api.Tuple.of(5, Act.MINE_ALL),
            net.jqwik.api.Tuple.of(3, Act.REORG),
            net.jqwik.api.Tuple.of(2, Act.REORG_FORGET),
            net.jqwik.api.Tuple.of(2, Act.FORGET_MEMPOOL),
            net.jqwik.api.Tuple.of(2, Act.PRICE_UP),
            net.jqwik.api.Tuple.of(2, Act.PRICE_DOWN),
            net.jqwik.api.Tuple.of(4, Act.CRASH));
    return Combinators.combine(acts, Arbitraries.integers().between(0, 1_000_000))
        .as(Choice::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(160);
  }

  @Property(tries = 1500)
  void everyIntentIsInTheChainExactlyOnce(
      @ForAll("histories") List<Choice> history, @ForAll boolean deep) {
    Run run = new Run(SenderPolicy.local().confirmedBy(deep ? 3 : 1));
    for (Choice choice : history) {
      run.act(choice);
      run.check();
    }
    run.heal();
  }

  /** The shell, the disk and the chain of one history. */
  private static final class Run {
    private final SenderMachine machine;
    private final SimulatedChain chain = new SimulatedChain();
    private final Map<String, StoredIntent> disk = new LinkedHashMap<>();
    private final Map<Long, String> nonces = new HashMap<>();
    private final Map<Digest, String> intentOf = new HashMap<>();
    private final List<SenderEffect> work = new ArrayList<>();
    private SenderState state = SenderState.recover(List.of(), 0);
    private long now = 1_000_000;
    private long hashes = 1;

    Run(SenderPolicy policy) {
      this.machine = new SenderMachine(policy);
    }

    void act(Choice choice) {
      switch (choice.act()) {
        case SUBMIT -> submit();
        case WORK -> work(choice.number(), true);
        case WORK_AND_LOSE_ANSWER -> work(choice.number(), false);
        case FAIL_CALL -> failCall(choice.number());
        case TICK -> tick(500);
        case LONG_TICK -> tick(15_000);
        case MINE_ONE -> chain.mine(1);
        case MINE_ALL -> chain.mine(1_000);
        case REORG -> chain.reorganise(1 + choice.number() % 4, false);
        case REORG_FORGET -> chain.reorganise(1 + choice.number() % 4, true);
        case FORGET_MEMPOOL -> chain.forgetMempool();
        case PRICE_UP -> chain.baseFee(100 + choice.number() % 900);
        case PRICE_DOWN -> chain.baseFee(100);
        case CRASH -> crash();
      }
    }

    private void submit() {
      TransactionIntent intent =
          new TransactionIntent(
              "intent/" + disk.size(), Optional.of(Address.ZERO), Bytes.EMPTY, BigInteger.ZERO);
      disk.put(intent.id(), new StoredIntent(intent, List.of(), Optional.empty()));
      feed(new SenderEvent.Accepted(intent));
    }

    private void tick(long millis) {
      now += millis;
      feed(new SenderEvent.Tick());
    }

    private void crash() {
      work.clear();
      long next = nonces.keySet().stream().mapToLong(nonce -> nonce + 1).max().orElse(0);
      List<StoredIntent> unfinished =
          disk.values().stream().filter(one -> one.outcome().isEmpty()).toList();
      state = SenderState.recover(unfinished, Math.max(next, chain.nonce()));
    }

    private void feed(SenderEvent event) {
      SenderMachine.Step step = machine.step(state, event, now);
      state = step.state();
      for (SenderEffect effect : step.effects()) {
        switch (effect) {
          // These two happen on the sender's own thread, at once.
          case SenderEffect.Sign sign -> sign(sign);
          case SenderEffect.Keep(String id, TransactionOutcome outcome) ->
              disk.computeIfPresent(
                  id,
                  (_, one) -> new StoredIntent(one.intent(), one.attempts(), Optional.of(outcome)));
          default -> work.add(effect);
        }
      }
    }

    private void sign(SenderEffect.Sign sign) {
      String id = sign.intent().id();
      assertThat(nonces.merge(sign.nonce(), id, (old, _) -> old)).isEqualTo(id);
      Fees fees = sign.fees();
      Attempt attempt =
          new Attempt(
              sign.nonce(), SimulatedChain.digest(hashes++), Bytes.EMPTY, fees, 21_000, now);
      intentOf.put(attempt.hash(), id);
      disk.computeIfPresent(
          id,
          (_, one) -> {
            List<Attempt> attempts = new ArrayList<>(one.attempts());
            attempts.add(attempt);
            return new StoredIntent(one.intent(), attempts, one.outcome());
          });
      feed(new SenderEvent.Signed(attempt));
    }

    private void work(int pick, boolean answered) {
      if (work.isEmpty()) {
        return;
      }
      SenderEffect effect = work.remove(pick % work.size());
      switch (effect) {
        case SenderEffect.Estimate(TransactionIntent intent) ->
            feed(new SenderEvent.Estimated(intent.id(), 21_000, chain.market()));
        case SenderEffect.Broadcast(Attempt attempt) -> broadcast(attempt, answered);
        case SenderEffect.Reprice(long nonce) ->
            feed(new SenderEvent.Repriced(nonce, chain.market()));
        case SenderEffect.Observe(List<InFlight> inFlight) -> {
          Map<Long, Inclusion> found = new HashMap<>();
          for (InFlight entry : inFlight) {
            chain.inclusion(entry).ifPresent(one -> found.put(entry.nonce(), one));
          }
          feed(new SenderEvent.Observed(chain.head(), chain.nonce(), found));
        }
        case SenderEffect.Refill(long from, long before) -> {
          for (StoredIntent one : disk.values()) {
            if (!one.attempts().isEmpty()) {
              Attempt newest = one.attempts().getLast();
              if (newest.nonce() >= from && newest.nonce() < before) {
                broadcast(newest, answered);
              }
            }
          }
        }
        case SenderEffect.Finish(TransactionIntent intent, Inclusion inclusion) ->
            feed(new SenderEvent.Ended(intent.id(), new TransactionOutcome.Succeeded(inclusion)));
        case SenderEffect.Sign _, SenderEffect.Keep _ -> throw new AssertionError("not for a lane");
      }
    }

    private void broadcast(Attempt attempt, boolean answered) {
      assertThat(disk.values().stream().flatMap(one -> one.attempts().stream()))
          .as("sent, so on disk")
          .contains(attempt);
      SenderEvent.Answer answer = chain.send(attempt);
      feed(
          new SenderEvent.Sent(
              attempt.nonce(),
              attempt.hash(),
              answered ? answer : SenderEvent.Answer.UNREACHABLE,
              ""));
    }

    private void failCall(int pick) {
      if (work.isEmpty()) {
        return;
      }
      SenderEffect effect = work.remove(pick % work.size());
      switch (effect) {
        case SenderEffect.Estimate(TransactionIntent intent) ->
            feed(new SenderEvent.EstimateFailed(intent.id(), "no answer"));
        case SenderEffect.Broadcast(Attempt attempt) ->
            feed(
                new SenderEvent.Sent(
                    attempt.nonce(), attempt.hash(), SenderEvent.Answer.UNREACHABLE, ""));
        case SenderEffect.Reprice(long nonce) -> feed(new SenderEvent.RepriceFailed(nonce));
        case SenderEffect.Finish _ -> work.add(effect);
        case SenderEffect.Observe _,
            SenderEffect.Refill _,
            SenderEffect.Sign _,
            SenderEffect.Keep _ -> {}
      }
    }

    void check() {
      assertThat(chain.effects(intentOf).values()).allMatch(times -> times == 1);
      assertThat(disk.values().stream().flatMap(one -> one.outcome().stream()))
          .allMatch(outcome -> outcome instanceof TransactionOutcome.Succeeded);
    }

    void heal() {
      chain.baseFee(100);
      for (int round = 0; round < 60 + 4 * disk.size(); round++) {
        tick(3_000);
        for (int i = 0; !work.isEmpty() && i < 10_000; i++) {
          work(0, true);
        }
        chain.mine(1_000);
        check();
      }
      assertThat(disk.values()).allMatch(one -> one.outcome().isPresent());
      assertThat(chain.effects(intentOf).keySet())
          .containsExactlyInAnyOrderElementsOf(disk.keySet());
    }
  }
}
