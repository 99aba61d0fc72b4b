package io.myelin.gateway.journal;

import io.myelin.protocol.ids.Address;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;

/** What nodes have earned in sessions, added up in the transactions that store the receipts. */
public final class Earnings {
  private static final int MOST_SESSIONS = 1_024;

  private final JournalReader reader;

  Earnings(JournalReader reader) {
    this.reader = reader;
  }

  /**
   * What a node earned in a session so far.
   *
   * @param sessionId 64 hex digits
   * @param tasks that completed with its commitment
   * @param earnedWei before the split
   */
  public record Total(String sessionId, Address node, long tasks, BigInteger earnedWei) {}

  static void add(Statements sql, byte[] session, TaskEnd.Earned earned) throws SQLException {
    byte[] node = earned.node().bytes();
    List<String> before =
        sql.query(
            "SELECT amount_wei FROM earned WHERE session = ? AND node = ?",
            row -> row.getString(1),
            session,
            node);
    BigInteger total =
        (before.isEmpty() ? BigInteger.ZERO : new BigInteger(before.getFirst()))
            .add(earned.amountWei());
    sql.update(
        "INSERT INTO earned (session, node, tasks, amount_wei) VALUES (?1, ?2, 1, ?3)"
            + " ON CONFLICT (session, node) DO UPDATE SET tasks = tasks + 1, amount_wei = ?3",
        session,
        node,
        total.toString());
  }

  /** What each node earned in a session. */
  public List<Total> ofSession(String sessionId) {
    return reader.query(
        "SELECT session, node, tasks, amount_wei FROM earned WHERE session = ?",
        Earnings::total,
        HexFormat.of().parseHex(sessionId));
  }

  /** What a node earned in each session, at most a thousand of them. */
  public List<Total> ofNode(Address node) {
    return reader.query(
        "SELECT session, node, tasks, amount_wei FROM earned WHERE node = ? LIMIT " + MOST_SESSIONS,
        Earnings::total,
        node.bytes());
  }

  private static Total total(java.sql.ResultSet row) throws SQLException {
    return new Total(
        HexFormat.of().formatHex(row.getBytes(1)),
        Address.of(row.getBytes(2)),
        row.getLong(3),
        new BigInteger(row.getString(4)));
  }
}
