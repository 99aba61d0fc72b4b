package io.myelin.chain.store;

import io.myelin.chain.Bytes;
import io.myelin.chain.Fees;
import io.myelin.chain.transaction.Attempt;
import io.myelin.chain.transaction.IntentLog;
import io.myelin.chain.transaction.StoredIntent;
import io.myelin.chain.transaction.TransactionIntent;
import io.myelin.chain.transaction.TransactionOutcome;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** {@link IntentLog} in SQLite. */
final class SqliteIntentLog implements IntentLog {
  private static final String INTENT = "SELECT n, id, target, data, value_wei, outcome FROM intent";

  private final Database database;
  private final long sender;

  private SqliteIntentLog(Database database, long sender) {
    this.database = database;
    this.sender = sender;
  }

  static SqliteIntentLog of(Database database, long chainId, Digest genesis, Address account) {
    database.transact(
        _ ->
            database.update(
                "INSERT INTO sender (chain, genesis, account) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                chainId,
                genesis.bytes(),
                account.bytes()));
    long sender =
        database
            .query(
                "SELECT id FROM sender WHERE chain = ? AND genesis = ? AND account = ?",
                row -> row.getLong(1),
                chainId,
                genesis.bytes(),
                account.bytes())
            .getFirst();
    return new SqliteIntentLog(database, sender);
  }

  @Override
  public StoredIntent accept(TransactionIntent intent, long nowMillis) {
    Optional<StoredIntent> known = find(intent.id());
    if (known.isPresent()) {
      if (!known.get().intent().equals(intent)) {
        throw new IllegalArgumentException(
            "intent "
                + intent.id()
                + ": known with another target, data or value (expected: the same, or a new id)");
      }
      return known.get();
    }
    database.transact(
        _ ->
            database.update(
                "INSERT INTO intent (sender, id, target, data, value_wei, accepted_at_millis)"
                    + " VALUES (?, ?, ?, ?, ?, ?)",
                sender,
                intent.id(),
                intent.to().map(Address::bytes).orElse(null),
                intent.data().toArray(),
                intent.valueWei().toString(),
                nowMillis));
    return new StoredIntent(intent, List.of(), Optional.empty());
  }

  @Override
  public void signed(String id, Attempt attempt) {
    database.transact(
        _ -> {
          database.update(
              "INSERT INTO nonce (sender, nonce, intent) SELECT ?1, ?2, n FROM intent"
                  + " WHERE sender = ?1 AND id = ?3 AND NOT EXISTS (SELECT 1 FROM nonce x"
                  + " WHERE x.sender = ?1 AND x.nonce = ?2 AND x.intent = intent.n)",
              sender,
              attempt.nonce(),
              id);
          int rows =
              database.update(
                  "INSERT INTO attempt (intent, nonce, hash, raw, max_fee_wei, tip_wei, gas_limit,"
                      + " signed_at_millis) SELECT n, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM intent"
                      + " WHERE sender = ?1 AND id = ?2",
                  sender,
                  id,
                  attempt.nonce(),
                  attempt.hash().bytes(),
                  attempt.raw().toArray(),
                  attempt.fees().maxWei().toString(),
                  attempt.fees().tipWei().toString(),
                  attempt.gasLimit(),
                  attempt.signedAtMillis());
          if (rows != 1) {
            throw new SQLException("intent " + id + " was never accepted");
          }
        });
  }

  @Override
  public void finished(String id, TransactionOutcome outcome) {
    database.transact(
        _ ->
            database.update(
                "UPDATE intent SET outcome = ? WHERE sender = ? AND id = ? AND outcome IS NULL",
                StoredJson.write(outcome),
                sender,
                id));
  }

  @Override
  public Optional<StoredIntent> find(String id) {
    return load(" WHERE sender = ? AND id = ?", sender, id).stream().findFirst();
  }

  @Override
  public List<StoredIntent> unfinished() {
    return load(" WHERE sender = ? AND outcome IS NULL ORDER BY n", sender);
  }

  private record Row(long n, TransactionIntent intent, Optional<TransactionOutcome> outcome) {}

  private List<StoredIntent> load(String where, Object... values) {
    List<Row> rows =
        database.query(
            INTENT + where,
            row -> {
              byte[] target = row.getBytes(3);
              String outcome = row.getString(6);
              return new Row(
                  row.getLong(1),
                  new TransactionIntent(
                      row.getString(2),
                      target == null ? Optional.empty() : Optional.of(Address.of(target)),
                      Bytes.of(row.getBytes(4)),
                      new BigInteger(row.getString(5))),
                  outcome == null ? Optional.empty() : Optional.of(StoredJson.outcome(outcome)));
            },
            values);
    return rows.stream()
        .map(row -> new StoredIntent(row.intent(), attempts(row.n()), row.outcome()))
        .toList();
  }

  private List<Attempt> attempts(long intent) {
    return database.query(
        "SELECT nonce, hash, raw, max_fee_wei, tip_wei, gas_limit, signed_at_millis FROM attempt"
            + " WHERE intent = ? ORDER BY n",
        SqliteIntentLog::attempt,
        intent);
  }

  private static Attempt attempt(ResultSet row) throws SQLException {
    return new Attempt(
        row.getLong(1),
        Digest.of(row.getBytes(2)),
        Bytes.of(row.getBytes(3)),
        new Fees(new BigInteger(row.getString(4)), new BigInteger(row.getString(5))),
        row.getLong(6),
        row.getLong(7));
  }

  @Override
  public List<Attempt> newestAttempts(long fromNonce, long beforeNonce) {
    return database.query(
        "SELECT a.nonce, a.hash, a.raw, a.max_fee_wei, a.tip_wei, a.gas_limit, a.signed_at_millis"
            + " FROM nonce JOIN attempt a ON a.intent = nonce.intent"
            + " WHERE nonce.sender = ? AND nonce.nonce >= ? AND nonce.nonce < ?"
            + " AND a.n = (SELECT MAX(b.n) FROM attempt b WHERE b.intent = nonce.intent)"
            + " ORDER BY a.nonce",
        SqliteIntentLog::attempt,
        sender,
        fromNonce,
        beforeNonce);
  }

  @Override
  public long nextNonce() {
    return database
        .query(
            "SELECT COALESCE(MAX(nonce) + 1, 0) FROM nonce WHERE sender = ?",
            row -> row.getLong(1),
            sender)
        .getFirst();
  }
}
