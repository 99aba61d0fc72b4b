package io.myelin.protocol.mempool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.mempool.PoolEffect.Cause;
import io.myelin.protocol.mempool.PoolEffect.Refusal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashPMap;

/**
 * What a pool of waiting requests does with what happens to it.
 *
 * <ul>
 *   <li>In a sender's place one request counts: the one with the higher budget, of equal ones that
 *       with the lower id. The others never come back.
 *   <li>Of a sender's requests those count, by their nonces, that its funds cover together and that
 *       are not too many.
 *   <li>Of all, those that bring the most budget for each byte they take, as far as there is room.
 *       What had to give way may come back when there is.
 * </ul>
 */
public final class MempoolMachine {
  private MempoolMachine() {}

  /**
   * Applies an event.
   *
   * @param nowMillis Unix time; it may stand still, and must not go back
   */
  public static PoolStep apply(PoolState state, PoolEvent event, long nowMillis) {
    Run run = new Run(state, nowMillis);
    run.expire();
    switch (event) {
      case PoolEvent.Offered offered -> run.offer(offered.entry(), offered.fundsWei());
      case PoolEvent.Merged merged -> run.merge(merged);
      case PoolEvent.Cancelled cancelled -> run.cancel(cancelled);
      case PoolEvent.Opened opened -> run.opened(opened.entry());
      case PoolEvent.FundsSeen seen -> {
        run.funds(seen.sender(), seen.fundsWei());
        run.trim(Set.of(seen.sender()));
      }
      case PoolEvent.TimePassed _ -> run.forget();
    }
    return new PoolStep(run.state.bounded(), run.effects);
  }

  private static final class Run {
    private final long nowMillis;
    private final List<PoolEffect> effects = new ArrayList<>();
    private PoolState state;

    Run(PoolState state, long nowMillis) {
      this.state = state;
      this.nowMillis = nowMillis;
    }

    void expire() {
      for (PoolEntry entry : List.copyOf(state.entries().values())) {
        if (entry.validUntilMillis() <= nowMillis) {
          remove(entry, Cause.EXPIRED);
        }
      }
    }

    void forget() {
      state = state.forgotten(nowMillis);
      HashPMap<Address, BigInteger> kept = state.fundsWei();
      Set<Address> here = new HashSet<>();
      state.entries().values().forEach(entry -> here.add(entry.sender()));
      for (Address sender : state.fundsWei().keySet()) {
        kept = here.contains(sender) ? kept : kept.minus(sender);
      }
      state = state.withFunds(kept);
    }

    void funds(Address sender, BigInteger fundsWei) {
      state = state.withFunds(state.fundsWei().plus(sender, fundsWei));
    }

    /** A request that does not get in leaves nothing behind, and pushes nothing out. */
    void offer(PoolEntry entry, BigInteger fundsWei) {
      funds(entry.sender(), fundsWei);
      trim(Set.of(entry.sender()));
      Optional<Refusal> refusal = refusal(entry);
      if (refusal.isEmpty()
          && state
              .at(entry.place())
              .filter(old -> !entry.raises(old, state.limits().raisePercent()))
              .isPresent()) {
        refusal = Optional.of(Refusal.UNDERPRICED);
      }
      if (refusal.isPresent()) {
        effects.add(new PoolEffect.Refused(entry.id(), refusal.get()));
        return;
      }
      PoolState before = state;
      List<PoolEffect> until = List.copyOf(effects);
      take(entry);
      trim(Set.of(entry.sender()));
      Optional<PoolEffect> refused =
          effects.stream()
              .filter(one -> one instanceof PoolEffect.Refused no && no.id().equals(entry.id()))
              .findFirst();
      if (refused.isPresent()) {
        state = before;
        effects.clear();
        effects.addAll(until);
        effects.add(refused.get());
      }
    }

    void merge(PoolEvent.Merged merged) {
      merged.fundsWei().forEach(this::funds);
      Set<Address> touched = new HashSet<>(merged.fundsWei().keySet());
      for (PoolEntry entry : merged.entries()) {
        Optional<Refusal> refusal =
            refusal(entry)
                .or(
                    () ->
                        state.funds(entry.sender()).compareTo(entry.budgetWei()) < 0
                            ? Optional.of(Refusal.NO_FUNDS)
                            : Optional.empty());
        if (refusal.isPresent()) {
          effects.add(new PoolEffect.Refused(entry.id(), refusal.get()));
        } else {
          take(entry);
          touched.add(entry.sender());
        }
      }
      trim(touched);
    }

    private Optional<Refusal> refusal(PoolEntry entry) {
      if (entry.validUntilMillis() <= nowMillis) {
        return Optional.of(Refusal.EXPIRED);
      }
      if (entry.validUntilMillis() - nowMillis > state.limits().maxValidMillis()) {
        return Optional.of(Refusal.TOO_LONG);
      }
      if (state.entries().containsKey(entry.id())) {
        return Optional.of(Refusal.KNOWN);
      }
      if (state.gone(entry)) {
        boolean outbid = state.at(entry.place()).isPresent();
        if (state.marks().containsKey(entry.place())) {
          // It may outlast what excludes it.
          state = state.mark(entry.place(), PoolState.Mark.of(entry));
        }
        return Optional.of(outbid ? Refusal.UNDERPRICED : Refusal.GONE);
      }
      return state.crowded(entry.place()) ? Optional.of(Refusal.TOO_MANY) : Optional.empty();
    }

    private void take(PoolEntry entry) {
      Optional<PoolEntry> before = state.at(entry.place());
      state = state.put(entry).mark(entry.place(), PoolState.Mark.of(entry));
      effects.add(new PoolEffect.Added(entry));
      before.ifPresent(old -> remove(old, Cause.REPLACED));
    }

    void cancel(PoolEvent.Cancelled cancelled) {
      PoolEntry.Place place = cancelled.place();
      boolean known = state.marks().containsKey(place);
      if (cancelled.untilMillis() <= nowMillis
          || (!known && (cancelled.fundsWei().signum() <= 0 || state.crowded(place)))) {
        return;
      }
      long most = nowMillis + state.limits().maxValidMillis();
      end(
          place,
          PoolState.Mark.cancelled(Math.min(cancelled.untilMillis(), most)),
          Cause.CANCELLED);
    }

    void opened(PoolEntry entry) {
      if (entry.validUntilMillis() > nowMillis && !state.crowded(entry.place())) {
        end(entry.place(), PoolState.Mark.of(entry), Cause.OPENED);
      }
    }

    private void end(PoolEntry.Place place, PoolState.Mark mark, Cause cause) {
      state.at(place).ifPresent(old -> remove(old, cause));
      state = state.mark(place, mark).end(place);
    }

    /** Brings these senders, and then the whole pool, back within their bounds. */
    void trim(Set<Address> senders) {
      for (Address sender : senders) {
        trim(sender);
      }
      PoolLimits limits = state.limits();
      if (state.entries().size() <= limits.maxEntries() && state.bytes() <= limits.maxBytes()) {
        return;
      }
      List<PoolEntry> byPay = state.entries().values().stream().sorted(PoolEntry.BY_PAY).toList();
      long bytes = 0;
      boolean full = false;
      for (int i = 0; i < byPay.size(); i++) {
        bytes += byPay.get(i).bytes();
        full |= i >= limits.maxEntries() || bytes > limits.maxBytes();
        if (full) {
          remove(byPay.get(i), Cause.FULL);
        }
      }
    }

    private void trim(Address sender) {
      BigInteger left = state.funds(sender);
      int places = state.limits().maxPerSender();
      @Nullable Cause cause = null;
      for (PoolEntry entry : state.of(sender)) {
        if (cause == null) {
          left = left.subtract(entry.budgetWei());
          cause = left.signum() < 0 ? Cause.NO_FUNDS : places-- <= 0 ? Cause.TOO_MANY : null;
        }
        if (cause != null) {
          remove(entry, cause);
        }
      }
    }

    /** What came in by this very event and leaves again was refused. */
    private void remove(PoolEntry entry, Cause cause) {
      state = state.remove(entry);
      boolean fresh = effects.remove(new PoolEffect.Added(entry));
      effects.add(
          fresh
              ? new PoolEffect.Refused(entry.id(), refusalOf(cause))
              : new PoolEffect.Removed(entry, cause));
    }

    private static Refusal refusalOf(Cause cause) {
      return switch (cause) {
        case EXPIRED -> Refusal.EXPIRED;
        case REPLACED -> Refusal.UNDERPRICED;
        case CANCELLED, OPENED -> Refusal.GONE;
        case NO_FUNDS -> Refusal.NO_FUNDS;
        case TOO_MANY -> Refusal.TOO_MANY;
        case FULL -> Refusal.FULL;
      };
    }
  }
}
