package io.myelin.protocol.peer.book;

import io.myelin.protocol.peer.PeerEndpoint;
import io.myelin.protocol.peer.PeerRecord;
import java.util.Optional;

/**
 * What a book knows of one node.
 *
 * @param record the newest record
 * @param source whom it came from: what unproven ones are bounded by
 * @param stage how far it is believed
 * @param believed the record and endpoint that were checked and answered for; others see only this
 * @param endpoint of {@code record}, once checked
 * @param staked whether {@code record} passed its check
 * @param misses answers missed in a row
 * @param checkDueMillis when the chain is asked about it
 * @param probeDueMillis when a sign of life is asked for
 * @param answeredSequence of the record that it last answered with; 0 for never
 * @param answeredMillis when it last answered; 0 for never
 * @param busy whether a check or probe of it is under way
 */
public record PeerEntry(
    PeerRecord record,
    String source,
    Stage stage,
    Optional<Believed> believed,
    Optional<PeerEndpoint> endpoint,
    boolean staked,
    int misses,
    long checkDueMillis,
    long probeDueMillis,
    long answeredSequence,
    long answeredMillis,
    boolean busy) {

  /** How far a node is believed. */
  public enum Stage {
    /** Heard of; the chain is still to be asked. */
    HEARD,
    /** Not staked, or at an address that is not allowed; asked about again later. */
    REFUSED,
    /** Staked; it has not answered yet. */
    STAKED,
    /** Staked, and answered directly with this record. */
    LIVE,
    /** Live, but missed its last sign of life. */
    SUSPECT,
    /** It was live and is no more; looked for again, ever more rarely. */
    GONE
  }

  /** A record that was checked and answered for. */
  public record Believed(PeerRecord record, Optional<PeerEndpoint> endpoint) {}

  /** Whether others may be told of it. */
  public boolean listed() {
    return believed.isPresent() && (stage == Stage.LIVE || stage == Stage.SUSPECT);
  }

  /** Whether strangers could make up any number of the like: those are bounded most tightly. */
  boolean weak() {
    return believed.isEmpty() || !record.claim().role().needsStake();
  }

  /** Whether it last answered with the record that is the newest known. */
  boolean answeredWithNewest() {
    return answeredSequence == record.sequence();
  }

  PeerEntry withStage(Stage next) {
    return new PeerEntry(
        record,
        source,
        next,
        believed,
        endpoint,
        staked,
        misses,
        checkDueMillis,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withRecord(PeerRecord newer, long now) {
    return new PeerEntry(
        newer,
        source,
        stage,
        believed,
        Optional.empty(),
        false,
        misses,
        now,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withBusy(boolean next) {
    return new PeerEntry(
        record,
        source,
        stage,
        believed,
        endpoint,
        staked,
        misses,
        checkDueMillis,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        next);
  }

  PeerEntry withCheck(Optional<PeerEndpoint> where, boolean passed, long due) {
    return new PeerEntry(
        record,
        source,
        stage,
        believed,
        where,
        passed,
        misses,
        due,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withBelieved(Optional<Believed> next) {
    return new PeerEntry(
        record,
        source,
        stage,
        next,
        endpoint,
        staked,
        misses,
        checkDueMillis,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withDue(long check, long probe) {
    return new PeerEntry(
        record,
        source,
        stage,
        believed,
        endpoint,
        staked,
        misses,
        check,
        probe,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withMisses(int next) {
    return new PeerEntry(
        record,
        source,
        stage,
        believed,
        endpoint,
        staked,
        next,
        checkDueMillis,
        probeDueMillis,
        answeredSequence,
        answeredMillis,
        busy);
  }

  PeerEntry withAnswer(long sequence, long now) {
    return new PeerEntry(
        record,
        source,
        stage,
        believed,
        endpoint,
        staked,
        0,
        checkDueMillis,
        probeDueMillis,
        sequence,
        now,
        busy);
  }
}
