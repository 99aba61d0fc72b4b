package io.myelin.cli.chaos;

import io.myelin.protocol.ids.SessionId;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What clients were told, whatever became of it. */
final class Seen {
  private final Map<SessionId, Ending> opened = new LinkedHashMap<>();
  private final Map<SessionId, List<BigInteger>> receipts = new LinkedHashMap<>();
  private final Set<SessionId> unsure = new LinkedHashSet<>();
  private final Set<SessionId> notTold = new LinkedHashSet<>();
  private final Map<SessionId, Long> expirySeconds = new LinkedHashMap<>();
  private final Set<SessionId> forgotten = new LinkedHashSet<>();
  private final Map<String, Integer> refusals = new TreeMap<>();

  /** A session was opened, is going to end so, and has surely expired at this time. */
  synchronized void opened(SessionId session, Ending ending, long expiresBySeconds) {
    opened.put(session, ending);
    expirySeconds.put(session, expiresBySeconds);
  }

  /** Whether no opening of the session can succeed any more at this time of the chain. */
  synchronized boolean hasExpired(SessionId session, long nowSeconds) {
    Long expiresBySeconds = expirySeconds.get(session);
    return expiresBySeconds != null && nowSeconds > expiresBySeconds;
  }

  /** The chain took the opening back, and the session had expired before it could be sent again. */
  synchronized void forgotten(SessionId session) {
    forgotten.add(session);
  }

  synchronized Set<SessionId> forgotten() {
    return new LinkedHashSet<>(forgotten);
  }

  /** Work that was done in forgotten sessions, which nobody pays. */
  synchronized BigInteger forgottenWei() {
    return forgotten.stream()
        .flatMap(session -> receipts(session).stream())
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  /** An opening failed, as far as the client knows. */
  synchronized void refused(String why) {
    refusals.merge(why.length() > 60 ? why.substring(0, 60) : why, 1, Integer::sum);
  }

  /** A task is done, at this price. */
  synchronized void receipt(SessionId session, BigInteger priceWei) {
    receipts.computeIfAbsent(session, _ -> new ArrayList<>()).add(priceWei);
  }

  /** There may be a task of the session that nobody knows the price of. */
  synchronized void unsure(SessionId session) {
    unsure.add(session);
  }

  /** The client's wish to close did not get through. */
  synchronized void notTold(SessionId session) {
    notTold.add(session);
  }

  synchronized Map<SessionId, Ending> sessions() {
    return new LinkedHashMap<>(opened);
  }

  synchronized List<BigInteger> receipts(SessionId session) {
    return List.copyOf(receipts.getOrDefault(session, List.of()));
  }

  synchronized boolean isUnsure(SessionId session) {
    return unsure.contains(session);
  }

  /** Whether the gateway must settle it by itself. */
  synchronized boolean mustBeSettled(SessionId session) {
    Ending ending = opened.get(session);
    return ending != null && ending != Ending.LEFT && !notTold.contains(session);
  }

  synchronized int tasks() {
    return receipts.values().stream().mapToInt(List::size).sum();
  }

  synchronized int refused() {
    return refusals.values().stream().mapToInt(Integer::intValue).sum();
  }

  synchronized String refusals() {
    return refusals.toString();
  }
}
