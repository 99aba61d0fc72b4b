package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What gateways owe, in one SQLite file, so that a restart forgets none of it. A debt that cannot
 * be written is held in memory all the same.
 */
final class DebtStore implements WorkDebts.Keeper, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DebtStore.class);

  // "Mydb". Files of before versions were written have this table and version 0.
  private static final StoreFile.Format FORMAT =
      new StoreFile.Format(
          0x4d796462,
          false,
          false,
          """
          CREATE TABLE IF NOT EXISTS debt (
            number INTEGER PRIMARY KEY, session BLOB NOT NULL, content BLOB NOT NULL,
            receipt BLOB NOT NULL, draw BLOB NOT NULL, teller BLOB,
            UNIQUE (session, content))""");

  private final StoreFile file;

  private DebtStore(StoreFile file) {
    this.file = file;
  }

  /**
   * A debt as it is kept; all else follows from the receipt.
   *
   * @param receipt its file, as the gateway signed it
   * @param draw the signature that drew it
   * @param teller the owner of the member that drew it; empty for this validator's own
   */
  record Stored(ByteString receipt, Signature draw, Optional<Address> teller) {}

  /**
   * Opens the file, or makes it.
   *
   * @throws SigningStoreException when it is damaged, of another program or of a newer version
   */
  static DebtStore open(Path file) {
    return new DebtStore(StoreFile.open(file, FORMAT));
  }

  /**
   * What is owed, oldest first.
   *
   * @throws SigningStoreException when the file cannot be read
   */
  synchronized List<Stored> read() {
    List<Stored> all = new ArrayList<>();
    try (PreparedStatement select =
            file.prepare("SELECT receipt, draw, teller FROM debt ORDER BY number");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        try {
          all.add(
              new Stored(
                  ByteString.copyFrom(row.getBytes(1)),
                  Signature.of(row.getBytes(2)),
                  Optional.ofNullable(row.getBytes(3)).map(Address::of)));
        } catch (IllegalArgumentException e) {
          LOG.warn("{}: a debt cannot be read: {}", file, e.getMessage());
        }
      }
    } catch (SQLException e) {
      throw new SigningStoreException(file + " cannot be read: " + e.getMessage(), e);
    }
    return all;
  }

  @Override
  public synchronized void owed(WorkDebts.Draw draw) {
    try (PreparedStatement insert =
        file.prepare(
            "INSERT OR IGNORE INTO debt (session, content, receipt, draw, teller)"
                + " VALUES (?, ?, ?, ?, ?)")) {
      insert.setBytes(1, draw.session().bytes());
      insert.setBytes(2, draw.content().bytes());
      insert.setBytes(3, draw.receipt().toByteArray());
      insert.setBytes(4, draw.draw().bytes());
      insert.setBytes(5, draw.teller().map(Address::bytes).orElse(null));
      insert.executeUpdate();
    } catch (SQLException e) {
      LOG.error("{}: a debt of session {} is not kept: {}", file, draw.session(), e.toString());
    }
  }

  @Override
  public synchronized void over(WorkDebts.Draw draw) {
    try (PreparedStatement delete =
        file.prepare("DELETE FROM debt WHERE session = ? AND content = ?")) {
      delete.setBytes(1, draw.session().bytes());
      delete.setBytes(2, draw.content().bytes());
      delete.executeUpdate();
    } catch (SQLException e) {
      LOG.error("{}: a debt of session {} is kept: {}", file, draw.session(), e.toString());
    }
  }

  @Override
  public synchronized void close() {
    file.close();
  }
}
