package io.myelin.validator;

import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The one content that a validator has promised for each subject, in one SQLite file held by one
 * process. What {@link #promise} has returned is on disk. A key that signs with two such files can
 * be slashed for all of its stake: never copy one, never run a key twice.
 */
final class SigningStore implements AutoCloseable {
  // "Myvs". Held by one process: two validators of one key would promise two contents.
  private static final StoreFile.Format FORMAT =
      new StoreFile.Format(
          0x4d797673,
          true,
          true,
          """
          CREATE TABLE promise (
            genesis BLOB NOT NULL, directory BLOB NOT NULL, operator BLOB NOT NULL,
            kind BLOB NOT NULL, subject BLOB NOT NULL, content BLOB NOT NULL,
            PRIMARY KEY (genesis, directory, operator, kind, subject)) WITHOUT ROWID""");
  private static final String SELECT =
      "SELECT content FROM promise WHERE genesis = ? AND directory = ? AND operator = ?"
          + " AND kind = ? AND subject = ?";

  private final StoreFile file;

  private SigningStore(StoreFile file) {
    this.file = file;
  }

  /**
   * Opens the file, or makes it.
   *
   * @throws SigningStoreException when another process holds it, it is damaged, of another program
   *     or of a newer version
   */
  static SigningStore open(Path file) {
    return new SigningStore(StoreFile.open(file, FORMAT));
  }

  /**
   * A network and a key in it.
   *
   * @param genesis hash of the chain's block 0: a development chain that began anew is another
   * @param directory of the network
   * @param operator the key
   */
  record Signer(Digest genesis, Address directory, Address operator) {}

  /**
   * Promises a content, if no other is promised for its kind and subject. On disk when it returns.
   *
   * @return what is promised: the given content, or the other one that came first
   * @throws SigningStoreException when the file cannot be written
   */
  synchronized Digest promise(Signer signer, Attestation attestation) {
    try (PreparedStatement insert =
        file.prepare("INSERT OR IGNORE INTO promise VALUES (?, ?, ?, ?, ?, ?)")) {
      bind(insert, signer, attestation);
      insert.setBytes(6, attestation.content().bytes());
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new SigningStoreException(
          file + " cannot be written, so nothing is signed: " + e.getMessage(), e);
    }
    return promised(signer, attestation)
        .orElseThrow(
            () -> new SigningStoreException(file + ": a promise is not there after its insertion"));
  }

  /** The content that is promised for an attestation's kind and subject; empty when none is. */
  synchronized Optional<Digest> promised(Signer signer, Attestation attestation) {
    try (PreparedStatement select = file.prepare(SELECT)) {
      bind(select, signer, attestation);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(Digest.of(row.getBytes(1))) : Optional.empty();
      }
    } catch (SQLException e) {
      throw new SigningStoreException(file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static void bind(PreparedStatement statement, Signer signer, Attestation attestation)
      throws SQLException {
    statement.setBytes(1, signer.genesis().bytes());
    statement.setBytes(2, signer.directory().bytes());
    statement.setBytes(3, signer.operator().bytes());
    statement.setBytes(4, attestation.kind().bytes());
    statement.setBytes(5, attestation.subject().bytes());
  }

  @Override
  public synchronized void close() {
    file.close();
  }
}
