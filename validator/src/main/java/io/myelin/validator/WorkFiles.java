package io.myelin.validator;

import com.google.protobuf.ByteString;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Eip712Domain;
import io.myelin.protocol.work.Charge;
import io.myelin.protocol.work.SignedWork;
import io.myelin.protocol.work.WorkFinding;
import io.myelin.protocol.work.WorkScore;
import io.myelin.v1.ExamineReply;
import io.myelin.v1.MeasuredScore;
import io.myelin.v1.StoredWork;
import io.myelin.v1.WorkRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  private static final String BROUGHT_PREFIX = "brought-";
  private static final String ENDING = ".pb";
  private static final String FOUND = "FOUND_";
  private static final String RUN = "run";
  private static final String BROUGHT = "brought";

  /** Of those that prove nothing against anybody. */
  private static final int MOST_OTHERS = 1_024;

  /** Of those that count in a node's history, which a run may be made of. */
  private static final int MOST_SAMPLES = 2_048;

  private static final int MOST_RUNS_OF_A_NODE = 16;

  private final Path folder;
  private final Eip712Domain domain;
  private final Deque<Path> others = new ArrayDeque<>();
  private final Deque<Path> samples = new ArrayDeque<>();
  private final Map<Address, Integer> runs = new HashMap<>();

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
        stored.add(new StoredFile(file, work, kept(work)));
      } catch (IOException | IllegalArgumentException e) {
        LOG.warn("{} is not read: {}", file, e.getMessage());
      }
    }
    stored.sort(Comparator.comparingLong(one -> one.stored().getCheckedAtMillis()));
    List<Kept> all = new ArrayList<>();
    for (StoredFile one : stored) {
      if (one.kept().charge().isRun()) {
        runs.merge(one.kept().charge().node(), 1, Integer::sum);
      } else if (!one.kept().accuses()) {
        (one.kept().counts() ? samples : others).add(one.file());
      }
      all.add(one.kept());
    }
    return all;
  }

  private Kept kept(StoredWork stored) {
    return new Kept(
        Charge.of(stored.getRecord(), stored.getOthersList(), domain),
        found(stored.getFound()),
        stored.getDetail(),
        stored.hasScore() ? Optional.of(measured(stored.getScore())) : Optional.empty(),
        stored.getCounts(),
        stored.getJudged());
  }

  /** The file of this work as it is; whole at any time, so nobody has to wait for a writer. */
  Optional<StoredWork> stored(Digest digest) throws IOException {
    return parsed(path(digest));
  }

  /** The same, or where it was not checked here what was brought by that digest. */
  Optional<StoredWork> shown(Digest digest) throws IOException {
    Optional<StoredWork> checked = stored(digest);
    return checked.isPresent() ? checked : parsed(broughtPath(digest));
  }

  private static Optional<StoredWork> parsed(Path file) throws IOException {
    return Files.exists(file)
        ? Optional.of(StoredWork.parseFrom(Files.readAllBytes(file)))
        : Optional.empty();
  }

  /** What is kept of this work. */
  synchronized Optional<Kept> find(Digest digest) throws IOException {
    Path file = path(digest);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    StoredWork stored = StoredWork.parseFrom(Files.readAllBytes(file));
    try {
      return Optional.of(kept(stored));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * What was found, of one answer or of a run of measured ones.
   *
   * @param counts whether it is a sample of its node's history
   * @param judged whether nobody is accused by it any more
   */
  record Kept(
      Charge charge,
      ExamineReply.Found found,
      String detail,
      Optional<WorkFinding.Measured> measured,
      boolean counts,
      boolean judged) {

    /** Whether a node is to be judged by it. */
    boolean accuses() {
      return charge.isRun() || found == ExamineReply.Found.FOUND_LIE;
    }

    /** Of one answer. */
    Examined examined() {
      return new Examined(charge.works().getFirst(), found, detail, measured);
    }
  }

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

  private record StoredFile(Path file, StoredWork stored, Kept kept) {}

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

  /**
   * Keeps one; what was there under its digest gives way.
   *
   * @param counts whether it is a sample of its node's history
   */
  synchronized Path keep(Examined examined, boolean counts, long nowMillis) throws IOException {
    Path file = path(examined.work().digest());
    StoredWork.Builder stored =
        stored(examined.work().record(), nowMillis)
            .setFound(examined.found().name().substring(FOUND.length()).toLowerCase(Locale.ROOT))
            .setDetail(examined.detail())
            .setConvicts(examined.isLie())
            .setCounts(counts);
    examined.measured().ifPresent(measured -> stored.setScore(score(measured)));
    write(file, stored.build());
    if (!examined.isLie()) {
      rotate(file, counts);
    }
    return file;
  }

  /** The newest stay; what nobody drew does not push samples out. */
  private void rotate(Path file, boolean counts) throws IOException {
    others.remove(file);
    (counts ? samples : others).add(file);
    deleteOldest(others, MOST_OTHERS);
    deleteOldest(samples, MOST_SAMPLES);
  }

  private static void deleteOldest(Deque<Path> files, int most) throws IOException {
    while (files.size() > most) {
      Optional<Path> oldest = Optional.ofNullable(files.poll());
      if (oldest.isPresent()) {
        Files.deleteIfExists(oldest.get());
      }
    }
  }

  /**
   * Keeps a run of measured answers that condemns its node.
   *
   * @param scores of each answer, in the charge's order
   */
  synchronized Path keepRun(Charge run, String detail, List<MeasuredScore> scores, long nowMillis)
      throws IOException {
    Path file = path(run.digest());
    // Anybody who has the records can ask about many choices of them.
    if (!Files.exists(file) && runs.merge(run.node(), 1, Integer::sum) > MOST_RUNS_OF_A_NODE) {
      throw new IOException(
          "more than %d runs of node %s".formatted(MOST_RUNS_OF_A_NODE, run.node()));
    }
    write(
        file,
        charged(run, nowMillis)
            .setFound(RUN)
            .setDetail(detail)
            .setConvicts(true)
            .addAllScores(scores)
            .build());
    return file;
  }

  /**
   * Keeps what somebody brought to an appeal that waits for its committee, whatever is found of it:
   * for good, since it must not be said later that nobody showed it. There are no more of these
   * than verdicts of fraud on the chain.
   */
  synchronized void keepBrought(Charge charge, long nowMillis) throws IOException {
    Path file = broughtPath(charge.digest());
    if (!Files.exists(file)) {
      write(file, charged(charge, nowMillis).setFound(BROUGHT).build());
    }
  }

  /** Whether it is kept as checked, or was brought; the same whoever restarts this validator. */
  boolean has(Digest digest) {
    return Files.exists(path(digest)) || Files.exists(broughtPath(digest));
  }

  private Path broughtPath(Digest digest) {
    return folder.resolve(BROUGHT_PREFIX + digest.hex() + ENDING);
  }

  private StoredWork.Builder charged(Charge charge, long nowMillis) {
    List<WorkRecord> records = charge.works().stream().map(SignedWork::record).toList();
    return stored(records.getFirst(), nowMillis).addAllOthers(records.subList(1, records.size()));
  }

  private StoredWork.Builder stored(WorkRecord record, long nowMillis) {
    return StoredWork.newBuilder()
        .setRecord(record)
        .setCheckedAtMillis(nowMillis)
        .setChainId(domain.chainId())
        .setDirectory(ByteString.copyFrom(domain.verifyingContract().bytes()));
  }

  /** As it is kept, without what a calibration makes of it. */
  static MeasuredScore score(WorkFinding.Measured measured) {
    WorkScore score = measured.score();
    return MeasuredScore.newBuilder()
        .setTokens(score.tokens())
        .setMeanQ10(score.meanQ10())
        .setWorstQ10(score.worstQ10())
        .setOutside(score.outside())
        .setCheckerClass(measured.checkerClass())
        .build();
  }

  private static WorkFinding.Measured measured(MeasuredScore score) {
    return new WorkFinding.Measured(
        new WorkScore(
            score.getTokens(), score.getMeanQ10(), score.getWorstQ10(), score.getOutside()),
        score.getCheckerClass());
  }

  private Path path(Digest digest) {
    return folder.resolve(name(digest));
  }

  static String name(Digest digest) {
    return PREFIX + digest.hex() + ENDING;
  }
}
