package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.SignedWork;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.StoredWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this validator checked, as files that others can check again. Every lie is kept; of the rest
 * the newest, since each holds a client's prompt.
 */
final class WorkFiles {
  private static final Logger LOG = LoggerFactory.getLogger(WorkFiles.class);
  private static final String PREFIX = "work-";
  private static final String ENDING = ".pb";
  private static final String FOUND = "FOUND_";

  /** Of those that prove nothing against anybody. */
  private static final int MOST_OTHERS = 1_024;

  private final Path folder;
  private final Eip712Domain domain;
  private final Deque<Path> others = new ArrayDeque<>();

  private WorkFiles(Path folder, Eip712Domain domain) {
    this.domain = domain;
    this.folder = folder;
  }

  /**
   * Opens the folder, making it where it is missing.
   *
   * @param domain of the network whose work it is
   */
  static WorkFiles open(Path folder, Eip712Domain domain) throws IOException {
    Files.createDirectories(folder);
    return new WorkFiles(folder, domain);
  }

  /** What is kept, oldest first; a file that cannot be read is left alone and logged. */
  synchronized List<Kept> read() throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(folder)) {
      files = list.filter(WorkFiles::isOurs).toList();
    }
    List<StoredFile> stored = new ArrayList<>();
    for (Path file : files) {
      try {
        StoredWork work = StoredWork.parseFrom(Files.readAllBytes(file));
        stored.add(new StoredFile(file, work, SignedWork.of(work.getRecord(), domain)));
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("{} is not read: {}", file, e.getMessage());
      }
    }
    stored.sort(Comparator.comparingLong(one -> one.stored().getCheckedAtMillis()));
    List<Kept> all = new ArrayList<>();
    for (StoredFile one : stored) {
      Examined examined =
          new Examined(one.work(), found(one.stored().getFound()), one.stored().getDetail());
      if (!examined.isLie()) {
        others.add(one.file());
      }
      all.add(new Kept(examined, one.stored().getJudged()));
    }
    return all;
  }

  /** What is kept of this work. */
  synchronized Optional<Examined> find(Digest digest) throws IOException {
    Path file = path(digest);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    StoredWork stored = StoredWork.parseFrom(Files.readAllBytes(file));
    try {
      SignedWork work = SignedWork.of(stored.getRecord(), domain);
      return Optional.of(new Examined(work, found(stored.getFound()), stored.getDetail()));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What was found.
   *
   * @param judged whether nobody is accused by it any more
   */
  record Kept(Examined examined, boolean judged) {}

  /** From now on nobody is accused by this work; one that is not kept is left alone. */
  synchronized void judged(Digest digest) throws IOException {
    Path file = path(digest);
    if (Files.exists(file)) {
      StoredWork stored = StoredWork.parseFrom(Files.readAllBytes(file));
      write(file, stored.toBuilder().setJudged(true).build());
    }
  }

  private void write(Path file, StoredWork stored) throws IOException {
    Path temporary = folder.resolve(file.getFileName() + ".tmp");
    Files.write(temporary, stored.toByteArray());
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private record StoredFile(Path file, StoredWork stored, SignedWork work) {}

  private static boolean isOurs(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith(PREFIX) && name.endsWith(ENDING);
  }

  private static ExamineReply.Found found(String word) {
    try {
      return ExamineReply.Found.valueOf(FOUND + word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return ExamineReply.Found.FOUND_UNDECIDED;
    }
  }

  /** Keeps one; what was there under its digest gives way. */
  synchronized Path keep(Examined examined, long nowMillis) throws IOException {
    Path file = path(examined.work().digest());
    StoredWork stored =
        StoredWork.newBuilder()
            .setRecord(examined.work().record())
            .setFound(examined.found().name().substring(FOUND.length()).toLowerCase(Locale.ROOT))
            .setDetail(examined.detail())
            .setCheckedAtMillis(nowMillis)
            .setConvicts(examined.isLie())
            .setChainId(domain.chainId())
            .setDirectory(ByteString.copyFrom(domain.verifyingContract().bytes()))
            .build();
    write(file, stored);
    if (!examined.isLie()) {
      others.add(file);
    }
    while (others.size() > MOST_OTHERS) {
      Optional<Path> oldest = Optional.ofNullable(others.poll());
      if (oldest.isPresent()) {
        Files.deleteIfExists(oldest.get());
      }
    }
    return file;
  }

  private Path path(Digest digest) {
    return folder.resolve(name(digest));
  }

  static String name(Digest digest) {
    return PREFIX + digest.hex() + ENDING;
  }
}
