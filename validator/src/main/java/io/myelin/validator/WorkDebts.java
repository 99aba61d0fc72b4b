package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Answers that were drawn and that their gateways have not shown: a session that owes one is not
 * attested, whatever its batch claims. Bounded in sessions, debts of a session and bytes. For one
 * thread at a time.
 */
final class WorkDebts {
  /** Own draws of one session: who owes so many draws no further ones until it has shown some. */
  static final int MOST_OF_A_SESSION = 64;

  /** What one other member may tell of a session. */
  static final int MOST_OF_A_TELLER = 16;

  private static final long AGAIN_NANOS = Duration.ofMinutes(1).toNanos();
  private static final int MOST_DOUBLINGS = 6;

  /** Keeps what is owed beyond a restart. */
  interface Keeper {
    /** It is owed from now on. */
    void owed(Draw draw);

    /** It was shown, or had to make room. */
    void over(Draw draw);
  }

  private final Keeper keeper;
  private final int mostSessions;
  private final long mostBytes;
  private final Map<SessionId, Map<Digest, Debt>> sessions = new LinkedHashMap<>();
  private long bytes;

  /**
   * One drawn answer.
   *
   * @param content what was signed to draw it
   * @param works of its nodes
   * @param receipt its file, as the gateway signed it
   * @param draw the signature that drew it
   * @param teller the owner of the member that drew it; empty for this validator's own
   */
  record Draw(
      SessionId session,
      TaskId task,
      Address gateway,
      Digest content,
      Set<Digest> works,
      ByteString receipt,
      Signature draw,
      Optional<Address> teller) {
    Draw {
      works = Set.copyOf(works);
    }
  }

  private static final class Debt {
    private final Draw draw;
    private final Set<Digest> missing;
    private long dueNanos;
    private int told;

    Debt(Draw draw, Collection<Digest> missing, long dueNanos) {
      this.draw = draw;
      this.missing = new HashSet<>(missing);
      this.dueNanos = dueNanos;
    }
  }

  /**
   * None yet.
   *
   * @param mostSessions beyond which the oldest session's are forgotten
   * @param mostBytes of receipts, beyond which they are too
   * @param keeper who is told what is owed, and what no longer
   */
  WorkDebts(int mostSessions, long mostBytes, Keeper keeper) {
    this.keeper = keeper;
    this.mostSessions = mostSessions;
    this.mostBytes = mostBytes;
  }

  /** Whether a session, or a teller about it, has no room for another. */
  boolean isFull(SessionId session, Optional<Address> teller) {
    long same =
        of(session).values().stream().filter(debt -> debt.draw.teller().equals(teller)).count();
    return same >= (teller.isPresent() ? MOST_OF_A_TELLER : MOST_OF_A_SESSION);
  }

  /** Whether this answer is owed. */
  boolean has(SessionId session, Digest content) {
    return of(session).containsKey(content);
  }

  /**
   * Takes one in; nothing changes where it is known.
   *
   * @param missing of its works, those that were not shown yet
   * @param dueNanos when others are to be told, if it is this validator's own
   * @return whether it is owed now: false when there is no room, or nothing is missing
   */
  boolean owe(Draw draw, Collection<Digest> missing, long dueNanos) {
    Debt known = of(draw.session()).get(draw.content());
    if (known != null) {
      if (known.told == 0 && dueNanos - known.dueNanos < 0) {
        known.dueNanos = dueNanos;
      }
      return true;
    }
    if (missing.isEmpty() || isFull(draw.session(), draw.teller())) {
      return false;
    }
    sessions
        .computeIfAbsent(draw.session(), _ -> new LinkedHashMap<>())
        .put(draw.content(), new Debt(draw, missing, dueNanos));
    bytes += draw.receipt().size();
    keeper.owed(draw);
    while (sessions.size() > mostSessions || (bytes > mostBytes && sessions.size() > 1)) {
      forget(sessions.keySet().iterator().next());
    }
    return true;
  }

  private void forget(SessionId oldest) {
    Map<Digest, Debt> gone = sessions.remove(oldest);
    if (gone != null) {
      gone.values().forEach(this::ends);
    }
  }

  private void ends(Debt debt) {
    bytes -= debt.draw.receipt().size();
    keeper.over(debt.draw);
  }

  /** A node's work was shown; a debt ends with the last of its works. */
  void shown(SessionId session, Digest work) {
    Map<Digest, Debt> debts = of(session);
    for (Debt debt : List.copyOf(debts.values())) {
      debt.missing.remove(work);
      if (debt.missing.isEmpty()) {
        debts.remove(debt.draw.content());
        ends(debt);
      }
    }
    if (debts.isEmpty()) {
      sessions.remove(session);
    }
  }

  /** What a session owes, the first drawn first. */
  List<Draw> owed(SessionId session) {
    return of(session).values().stream().map(debt -> debt.draw).toList();
  }

  /**
   * What others are to be told now of this validator's own draws. Each comes again while it is
   * owed, after a minute at first and ever later: committees change, and members restart.
   */
  List<Draw> due(long nowNanos, int most) {
    List<Draw> due = new ArrayList<>();
    for (Map<Digest, Debt> debts : sessions.values()) {
      for (Debt debt : debts.values()) {
        if (due.size() < most && debt.draw.teller().isEmpty() && debt.dueNanos - nowNanos <= 0) {
          debt.dueNanos = nowNanos + (AGAIN_NANOS << Math.min(debt.told, MOST_DOUBLINGS));
          debt.told++;
          due.add(debt.draw);
        }
      }
    }
    return due;
  }

  /** All that is owed. */
  List<Draw> all() {
    List<Draw> all = new ArrayList<>();
    sessions.values().forEach(debts -> debts.values().forEach(debt -> all.add(debt.draw)));
    return all;
  }

  private Map<Digest, Debt> of(SessionId session) {
    Map<Digest, Debt> known = sessions.get(session);
    return known == null ? Map.of() : known;
  }
}
