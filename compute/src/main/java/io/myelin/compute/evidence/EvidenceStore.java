package io.myelin.compute.evidence;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.StoredCommitment;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Keeps commitments over restarts. Calls block on the disk; one caller at a time. */
public interface EvidenceStore extends AutoCloseable {

  /**
   * A commitment that is kept.
   *
   * @param gateway it was promised to; zero when that is not known
   * @param taskId 32 bytes
   * @param attempt the attempt it belongs to
   * @param precommit the promised hash
   * @param opened whether it was revealed to the gateway
   * @param sealedAtMillis when it was written, milliseconds since 1970
   */
  record Kept(
      Address gateway,
      ByteString taskId,
      int attempt,
      ByteString precommit,
      boolean opened,
      long sealedAtMillis) {}

  /** Everything kept, oldest first. */
  List<Kept> kept();

  /**
   * Writes a commitment in place of any earlier one of its task; it is on the disk when this
   * returns.
   *
   * @throws IOException when it could not be written, or the store is full of unopened promises
   */
  void seal(StoredCommitment commitment) throws IOException;

  /**
   * Reads a commitment back.
   *
   * @throws IOException when it cannot be read or is damaged
   */
  Optional<StoredCommitment> load(ByteString taskId) throws IOException;

  /** Notes that a commitment was revealed. */
  void markOpened(ByteString taskId) throws IOException;

  /**
   * A promise that nobody waits for any more is kept on, so that what was signed can be shown
   * later: it is no longer among {@link #kept()}, and gives way to newer ones.
   */
  void retain(ByteString taskId) throws IOException;

  /** Forgets a task; unknown ones are ignored. */
  void discard(ByteString taskId) throws IOException;

  /** Releases the folder. */
  @Override
  void close() throws IOException;
}
