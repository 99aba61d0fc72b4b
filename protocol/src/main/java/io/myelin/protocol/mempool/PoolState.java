package io.myelin.protocol.mempool;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pcollections.HashPMap;
import org.pcollections.HashTreePMap;
import org.pcollections.TreePMap;

/**
 * What waits, and what must not come back.
 *
 * @param entries by id
 * @param marks of every place that something was in, or was cancelled for
 * @param placesBySender how many marks each sender has
 * @param bytes of all requests
 * @param fundsWei what senders of requests hold, as it was last seen
 * @param floor what marks that there was no room for keep out
 */
public record PoolState(
    PoolLimits limits,
    TreePMap<SessionId, PoolEntry> entries,
    HashPMap<PoolEntry.Place, Mark> marks,
    HashPMap<Address, Integer> placesBySender,
    long bytes,
    HashPMap<Address, BigInteger> fundsWei,
    Floor floor) {

  /**
   * Of places without a mark, nothing gets in that is valid no longer than this and offers no more:
   * it may have been there. Who fills a pool with marks of small offers shuts out small offers.
   *
   * @param untilMillis Unix time
   * @param budgetWei the highest that was offered in a place that gave way
   */
  public record Floor(long untilMillis, BigInteger budgetWei) {
    static final Floor NONE = new Floor(0, BigInteger.ZERO);

    Floor and(Mark mark) {
      // Who cancels a place that nobody has seen keeps nobody else out.
      return mark.budgetWei().signum() == 0
          ? this
          : new Floor(Math.max(untilMillis, mark.untilMillis()), budgetWei.max(mark.budgetWei()));
    }

    boolean excludes(PoolEntry entry) {
      return entry.validUntilMillis() <= untilMillis && entry.budgetWei().compareTo(budgetWei) <= 0;
    }
  }

  /**
   * What a place is remembered by, until nothing that was in it is valid any more.
   *
   * @param budgetWei the highest that was offered for it
   * @param id of the request that offered it, the lowest where several did
   * @param ended whether nothing counts in the place any more: opened or cancelled
   * @param untilMillis Unix time at which it can be forgotten
   */
  public record Mark(BigInteger budgetWei, SessionId id, boolean ended, long untilMillis) {
    private static final SessionId NOBODY = SessionId.of(new byte[SessionId.LENGTH]);

    static Mark of(PoolEntry entry) {
      return new Mark(entry.budgetWei(), entry.id(), false, entry.validUntilMillis());
    }

    /** Of a place that its sender wants nothing in. */
    static Mark cancelled(long untilMillis) {
      return new Mark(BigInteger.ZERO, NOBODY, true, untilMillis);
    }

    /** Both: the better claim, as long as either lasts. Whatever the order, the same comes out. */
    Mark and(Mark other) {
      Mark better = outbids(other) ? this : other;
      return new Mark(
          better.budgetWei,
          better.id,
          ended || other.ended,
          Math.max(untilMillis, other.untilMillis));
    }

    /** The same, with nothing counting in the place any more. */
    Mark end() {
      return new Mark(budgetWei, id, true, untilMillis);
    }

    private boolean outbids(Mark other) {
      int more = budgetWei.compareTo(other.budgetWei);
      return more > 0 || (more == 0 && id.compareTo(other.id) < 0);
    }

    /** Whether a request of this place does not count because of what was there. */
    boolean excludes(PoolEntry entry) {
      return ended || (!id.equals(entry.id()) && outbids(of(entry)));
    }
  }

  /** Of so many places one gives way beyond those that must. */
  private static final int ROOM = 32;

  /** An empty pool. */
  public static PoolState of(PoolLimits limits) {
    return new PoolState(
        limits,
        TreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        0,
        HashTreePMap.empty(),
        Floor.NONE);
  }

  /** A request that waits. */
  public Optional<PoolEntry> entry(SessionId id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** The request that waits in a place. */
  public Optional<PoolEntry> at(PoolEntry.Place place) {
    Mark mark = marks.get(place);
    return mark == null ? Optional.empty() : entry(mark.id());
  }

  /** A sender's requests, by their nonces. */
  public List<PoolEntry> of(Address sender) {
    return entries.values().stream()
        .filter(entry -> entry.sender().equals(sender))
        .sorted(Comparator.comparingLong(PoolEntry::nonce))
        .toList();
  }

  /** What a sender held when that was last seen; 0 when never. */
  BigInteger funds(Address sender) {
    return fundsWei.getOrDefault(sender, BigInteger.ZERO);
  }

  /** Whether it may not be in because of what was there before. */
  boolean gone(PoolEntry entry) {
    Mark mark = marks.get(entry.place());
    return mark == null ? floor.excludes(entry) : mark.excludes(entry);
  }

  /** Whether its place would be one too many of its sender's. */
  boolean crowded(PoolEntry.Place place) {
    return !marks.containsKey(place)
        && placesBySender.getOrDefault(place.sender(), 0) >= limits.maxPlacesPerSender();
  }

  PoolState put(PoolEntry entry) {
    return new PoolState(
        limits,
        entries.plus(entry.id(), entry),
        marks,
        placesBySender,
        bytes + entry.bytes(),
        fundsWei,
        floor);
  }

  PoolState remove(PoolEntry entry) {
    return new PoolState(
        limits,
        entries.minus(entry.id()),
        marks,
        placesBySender,
        bytes - entry.bytes(),
        fundsWei,
        floor);
  }

  PoolState withFunds(HashPMap<Address, BigInteger> funds) {
    return new PoolState(limits, entries, marks, placesBySender, bytes, funds, floor);
  }

  /** Remembers more of a place. */
  PoolState mark(PoolEntry.Place place, Mark mark) {
    Mark before = marks.get(place);
    if (before != null) {
      return withMarks(marks.plus(place, before.and(mark)), placesBySender, floor);
    }
    int had = placesBySender.getOrDefault(place.sender(), 0);
    return withMarks(marks.plus(place, mark), placesBySender.plus(place.sender(), had + 1), floor);
  }

  /** Nothing counts in a place any more. */
  PoolState end(PoolEntry.Place place) {
    Mark mark = marks.get(place);
    return mark == null ? this : withMarks(marks.plus(place, mark.end()), placesBySender, floor);
  }

  /** Without what time alone keeps out. */
  PoolState forgotten(long nowMillis) {
    PoolState left = this;
    for (Map.Entry<PoolEntry.Place, Mark> mark : marks.entrySet()) {
      left = mark.getValue().untilMillis() <= nowMillis ? left.unmarked(mark.getKey()) : left;
    }
    return left;
  }

  private PoolState unmarked(PoolEntry.Place place) {
    int left = placesBySender.getOrDefault(place.sender(), 0) - 1;
    return withMarks(
        marks.minus(place),
        left > 0 ? placesBySender.plus(place.sender(), left) : placesBySender.minus(place.sender()),
        floor);
  }

  private PoolState withMarks(
      HashPMap<PoolEntry.Place, Mark> next, HashPMap<Address, Integer> counts, Floor lowest) {
    return new PoolState(limits, entries, next, counts, bytes, fundsWei, lowest);
  }

  /**
   * Of the places where nothing waits, those with the smallest offers give way to the floor; some
   * more than must, so that this is not looked for with every new place.
   */
  PoolState bounded() {
    if (marks.size() <= limits.maxPlaces()) {
      return this;
    }
    int wanted = limits.maxPlaces() - limits.maxPlaces() / ROOM;
    List<Map.Entry<PoolEntry.Place, Mark>> smallest =
        marks.entrySet().stream()
            .filter(mark -> !entries.containsKey(mark.getValue().id()))
            .sorted(
                Map.Entry.comparingByValue(
                    Comparator.comparing(Mark::budgetWei).thenComparingLong(Mark::untilMillis)))
            .limit(marks.size() - wanted)
            .toList();
    PoolState left = this;
    Floor lowest = floor;
    for (Map.Entry<PoolEntry.Place, Mark> mark : smallest) {
      left = left.unmarked(mark.getKey());
      lowest = lowest.and(mark.getValue());
    }
    return left.withMarks(left.marks, left.placesBySender, lowest);
  }
}
