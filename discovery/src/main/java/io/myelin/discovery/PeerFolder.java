package io.myelin.discovery;

import io.myelin.protocol.peer.PeerRecord;
import io.myelin.protocol.peer.RecordCodec;
import io.myelin.protocol.peer.RecordFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives a restart: the sequence number, and records of peers that were alive, so that a
 * node needs no bootstrap record twice. A plain file, {@code peers.txt}; one that is damaged is
 * worth as much as none.
 */
final class PeerFolder {
  /** Records kept in the file. */
  static final int MAX_PEERS = 64;

  private static final Logger log = LoggerFactory.getLogger(PeerFolder.class);
  private static final String SEQUENCE = "sequence ";
  private static final long MAX_BYTES = 1 << 20;

  private final Path file;

  PeerFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    this.file = folder.resolve("peers.txt");
  }

  /** What was saved. */
  record Saved(long sequence, List<PeerRecord> peers) {}

  Saved load() {
    long sequence = 0;
    List<PeerRecord> peers = new ArrayList<>();
    try {
      if (!Files.exists(file) || Files.size(file) > MAX_BYTES) {
        return new Saved(0, List.of());
      }
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(SEQUENCE)) {
          sequence = Long.parseLong(line.substring(SEQUENCE.length()));
        } else if (peers.size() < MAX_PEERS) {
          peers.add(RecordCodec.parse(line));
        }
      }
    } catch (IOException | RecordFormatException | NumberFormatException e) {
      log.warn("{} is damaged; what could be read of it is used", file, e);
    }
    return new Saved(sequence, peers);
  }

  void save(long sequence, List<PeerRecord> peers) {
    List<String> lines = new ArrayList<>();
    lines.add(SEQUENCE + sequence);
    peers.stream().limit(MAX_PEERS).map(PeerRecord::text).forEach(lines::add);
    Path next = file.resolveSibling("peers.txt.next");
    try {
      Files.write(next, lines);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      log.warn("{} could not be written; a restart will need a bootstrap record", file, e);
    }
  }
}
