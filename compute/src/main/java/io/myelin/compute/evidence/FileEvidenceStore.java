package io.myelin.compute.evidence;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.StoredCommitment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file per task: SHA-256 of the rest, then a {@link StoredCommitment}. Written beside, synced,
 * then renamed, so that a file is whole or absent. Its ending says whether it was opened, and
 * whether it is kept on after the task is final.
 */
public final class FileEvidenceStore implements EvidenceStore {
  private static final Logger logger = LoggerFactory.getLogger(FileEvidenceStore.class);
  private static final String SEALED = ".sealed";
  private static final String OPENED = ".opened";
  private static final String RETAINED = ".kept";
  private static final String TEMPORARY = ".tmp";
  private static final int DIGEST_BYTES = 32;

  private final Path folder;
  private final int capacity;
  private final FileChannel lockChannel;
  private final Map<ByteString, Kept> kept = new LinkedHashMap<>();
  private final RetainedFiles retained;

  private FileEvidenceStore(Path folder, int capacity, FileChannel lockChannel) {
    this.folder = folder;
    this.capacity = capacity;
    this.lockChannel = lockChannel;
    this.retained = new RetainedFiles(folder, RETAINED);
  }

  /**
   * Opens a folder, making it when absent. A damaged file is set aside with ending {@code .bad} and
   * logged.
   *
   * @param capacity most tasks kept; opened ones give way to new ones
   * @throws IOException when the folder cannot be used or another node uses it
   */
  public static FileEvidenceStore open(Path folder, int capacity) throws IOException {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " (expected: >= 1)");
    }
    Files.createDirectories(folder);
    FileChannel channel = FileChannel.open(folder.resolve("lock"), CREATE, WRITE);
    try {
      // Held until the channel closes.
      if (tryLock(channel) == null) {
        throw new IOException(
            folder + " is in use by another node (expected: one data folder for each node)");
      }
      FileEvidenceStore store = new FileEvidenceStore(folder, capacity, channel);
      store.readFolder();
      return store;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void readFolder() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.toList();
    }
    List<Kept> found = new ArrayList<>();
    for (Path file : files) {
      String name = file.getFileName().toString();
      if (name.endsWith(TEMPORARY)) {
        Files.delete(file);
      } else if (name.endsWith(SEALED) || name.endsWith(OPENED)) {
        try {
          StoredCommitment c = read(file);
          found.add(kept(c, name.endsWith(OPENED)));
        } catch (IOException e) {
          logger.warn("Evidence {} is damaged and set aside: {}", name, e.getMessage());
          Files.move(file, folder.resolve(name + ".bad"), StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    found.sort(Comparator.comparingLong(Kept::sealedAtMillis));
    found.forEach(k -> kept.put(k.taskId(), k));
    retained.read();
  }

  @Override
  public synchronized List<Kept> kept() {
    return List.copyOf(kept.values());
  }

  @Override
  public synchronized void seal(StoredCommitment commitment) throws IOException {
    discard(commitment.getTaskId());
    makeRoom();
    byte[] payload = commitment.toByteArray();
    Path target = folder.resolve(hex(commitment.getTaskId()) + SEALED);
    Path temporary = folder.resolve(hex(commitment.getTaskId()) + TEMPORARY);
    try (FileChannel channel = FileChannel.open(temporary, CREATE, WRITE, TRUNCATE_EXISTING)) {
      writeAll(channel, ByteBuffer.wrap(sha256(payload, 0, payload.length)));
      writeAll(channel, ByteBuffer.wrap(payload));
      channel.force(true);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(folder, READ)) {
      directory.force(true);
    }
    kept.put(commitment.getTaskId(), kept(commitment, false));
  }

  private static Kept kept(StoredCommitment c, boolean opened) {
    return new Kept(
        c.getGateway().size() == Address.LENGTH
            ? Address.of(c.getGateway().toByteArray())
            : Address.ZERO,
        c.getTaskId(),
        c.getAttempt(),
        c.getPrecommit(),
        opened,
        c.getSealedAtMillis());
  }

  private void makeRoom() throws IOException {
    if (kept.size() < capacity) {
      return;
    }
    Optional<Kept> oldestOpened = kept.values().stream().filter(Kept::opened).findFirst();
    if (oldestOpened.isEmpty()) {
      throw new IOException(
          "the evidence store holds "
              + kept.size()
              + " unopened promises (expected: < "
              + capacity
              + ")");
    }
    discard(oldestOpened.get().taskId());
  }

  @Override
  public synchronized Optional<StoredCommitment> load(ByteString taskId) throws IOException {
    Kept k = kept.get(taskId);
    if (k != null) {
      return Optional.of(read(fileOf(k)));
    }
    Optional<Path> file = retained.find(hex(taskId));
    return file.isEmpty() ? Optional.empty() : Optional.of(read(file.get()));
  }

  @Override
  public synchronized void retain(ByteString taskId) throws IOException {
    Kept k = kept.remove(taskId);
    if (k != null) {
      retained.add(fileOf(k), hex(taskId));
    }
  }

  @Override
  public synchronized void markOpened(ByteString taskId) throws IOException {
    Kept k = kept.get(taskId);
    if (k == null || k.opened()) {
      return;
    }
    // Not synced: forgetting it costs one more question of the gateway, nothing else.
    Files.move(fileOf(k), folder.resolve(hex(taskId) + OPENED), StandardCopyOption.ATOMIC_MOVE);
    kept.put(
        taskId,
        new Kept(k.gateway(), taskId, k.attempt(), k.precommit(), true, k.sealedAtMillis()));
  }

  @Override
  public synchronized void discard(ByteString taskId) throws IOException {
    Kept k = kept.remove(taskId);
    if (k != null) {
      Files.deleteIfExists(fileOf(k));
    }
  }

  @Override
  public void close() throws IOException {
    lockChannel.close();
  }

  private Path fileOf(Kept k) {
    return folder.resolve(hex(k.taskId()) + (k.opened() ? OPENED : SEALED));
  }

  /**
   * Reads one file of such a folder, whether a node uses it or not.
   *
   * @throws IOException when it cannot be read, or is damaged
   */
  public static StoredCommitment read(Path file) throws IOException {
    byte[] all = Files.readAllBytes(file);
    if (all.length < DIGEST_BYTES) {
      throw new IOException(
          file + ": " + all.length + " bytes (expected: >= " + DIGEST_BYTES + ")");
    }
    byte[] digest = sha256(all, DIGEST_BYTES, all.length - DIGEST_BYTES);
    if (!Arrays.equals(digest, 0, DIGEST_BYTES, all, 0, DIGEST_BYTES)) {
      throw new IOException(file + ": the checksum does not match the content");
    }
    try {
      return StoredCommitment.parseFrom(
          ByteString.copyFrom(all, DIGEST_BYTES, all.length - DIGEST_BYTES));
    } catch (InvalidProtocolBufferException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String hex(ByteString taskId) {
    return HexFormat.of().formatHex(taskId.toByteArray());
  }

  private static byte[] sha256(byte[] bytes, int offset, int length) {
    MessageDigest digest = Sha256.newDigest();
    digest.update(bytes, offset, length);
    return digest.digest();
  }
}
