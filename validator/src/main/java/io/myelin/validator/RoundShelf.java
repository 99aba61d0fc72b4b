package io.myelin.validator;

import io.myelin.protocol.cognitive.RoundWork;
import io.myelin.protocol.ids.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What nodes made in cognitive rounds, in memory: all of it while a round may go on, afterwards
 * what it says. Only what the chain is bound to comes in, so a round has a few pieces at most.
 */
final class RoundShelf {
  private static final int MOST_TEXTS = 1_024;

  private final TreeMap<Long, Map<Digest, RoundWork>> rounds = new TreeMap<>();
  private final Map<Digest, String> texts = Bounded.byAge(MOST_TEXTS);

  /** Keeps a piece; says whether it is new. */
  synchronized boolean add(long number, RoundWork work) {
    texts.put(work.digest(), work.text());
    return rounds.computeIfAbsent(number, _ -> new HashMap<>()).put(work.digest(), work) == null;
  }

  /** A piece; empty when it is not here any more, or never was. */
  synchronized Optional<RoundWork> find(long number, Digest digest) {
    return Optional.ofNullable(rounds.getOrDefault(number, Map.of()).get(digest));
  }

  /** What a piece says; empty when it never was here, or too long ago. */
  synchronized Optional<String> text(Digest digest) {
    return Optional.ofNullable(texts.get(digest));
  }

  /** Keeps of rounds before this one what they say. */
  synchronized void retainFrom(long number) {
    rounds.headMap(number).clear();
  }
}
