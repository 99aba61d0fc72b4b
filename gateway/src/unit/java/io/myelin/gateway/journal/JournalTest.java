package io.myelin.gateway.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.gateway.session.SessionLog;
import io.myelin.gateway.session.TaskUsage;
import io.myelin.gateway.session.TokenPrice;
import io.myelin.gateway.task.Submission;
import io.myelin.protocol.ids.Address;
import io.myelin.v1.GeneratedChunk;
import io.myelin.v1.GenerationResult;
import io.myelin.v1.GenerationSpec;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JournalTest {
  private static final String SESSION = "ab".repeat(32);

  @TempDir Path folder = Path.of("");

  @Test
  void durableWritesAreTimedFromHandOverToDisk() throws Exception {
    var elapsed = new java.util.concurrent.LinkedBlockingQueue<Long>();
    var clock = new java.util.concurrent.atomic.AtomicLong(1_000);
    try (Journal journal = Journal.open(folder.resolve("journal.db"))) {
      journal.watchCommits(() -> clock.getAndAdd(7), elapsed::add);
      await(journal.flush());
      await(journal.tasks().create(queued(1, Submission.Kind.DURABLE)));
    }
    assertThat(elapsed).containsExactly(7L);
  }

  @Test
  void whatWasWrittenIsThereAfterReopening() throws Exception {
    Path file = folder.resolve("journal.db");
    TaskRow task = queued(1, Submission.Kind.DURABLE);
    GeneratedChunk chunk =
        GeneratedChunk.newBuilder().setSeq(0).setText(ByteString.copyFromUtf8("hé")).build();
    try (Journal journal = Journal.open(file)) {
      await(journal.tasks().create(task));
      TaskStore.Changes changes = journal.tasks().change(id(1), SESSION);
      changes.event(1, 1_001, "e1", "acked");
      changes.chunk(chunk);
      changes.weights(ByteString.copyFromUtf8("w"));
      await(changes.submit());
    }
    try (Journal journal = Journal.open(file)) {
      TaskRow found = journal.tasks().find(id(1)).orElseThrow();
      assertThat(found.submission()).isEqualTo(task.submission());
      assertThat(found.price()).isEqualTo(task.price());
      assertThat(found.weights()).isEqualTo(ByteString.copyFromUtf8("w"));
      assertThat(found.state()).isEqualTo("acked");
      assertThat(journal.tasks().unfinished()).containsExactly(found);
      assertThat(journal.tasks().events(id(1)))
          .containsExactly(new TaskStore.StoredEvent(1_001, "e1"));
      assertThat(journal.tasks().chunks(id(1), -1, 10)).containsExactly(chunk);
      assertThat(journal.tasks().chunks(id(1), 0, 10)).isEmpty();
    }
  }

  @Test
  void endingTwiceCountsOnce() throws Exception {
    try (Journal journal = Journal.open(folder.resolve("journal.db"))) {
      await(journal.tasks().create(queued(1, Submission.Kind.LIVE)));
      await(end(journal, completed("r1")));
      await(end(journal, completed("r2")));

      assertThat(journal.earnings().ofSession(SESSION))
          .containsExactly(
              new Earnings.Total(SESSION, Address.ZERO, 1, BigInteger.TEN),
              new Earnings.Total(SESSION, OTHER, 1, BigInteger.TWO));
      assertThat(journal.earnings().ofNode(OTHER)).hasSize(1);
      assertThat(journal.sessions().totals(SESSION))
          .isEqualTo(new SessionTotals(new BigInteger("30"), 1, 7, 3));
      assertThat(journal.tasks().receipt(id(1))).contains(ByteString.copyFromUtf8("r1"));
      assertThat(journal.tasks().unfinished()).isEmpty();
    }
  }

  @Test
  void aBadWriteFailsAloneInItsGroup() throws Exception {
    try (Journal journal = Journal.open(folder.resolve("journal.db"))) {
      List<CompletableFuture<@Nullable Void>> writes = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        // Every tenth has an id that is taken.
        writes.add(journal.tasks().create(queued(i % 10 == 9 ? 0 : i, Submission.Kind.LIVE)));
      }
      int failed = 0;
      for (CompletableFuture<@Nullable Void> write : writes) {
        failed += await(write.handle((ok, error) -> error == null ? 0 : 1));
      }
      assertThat(failed).isEqualTo(20);
      assertThat(journal.tasks().unfinished()).hasSize(180);
    }
  }

  @Test
  void sessionsComeBackWithEventsAndTotals() throws Exception {
    Path file = folder.resolve("journal.db");
    ByteString terms = ByteString.copyFromUtf8("terms");
    ByteString key = ByteString.copyFromUtf8("hash");
    try (Journal journal = Journal.open(file)) {
      await(journal.sessions().create(SESSION, key, terms, 5).toCompletableFuture());
      for (String event : List.of("a", "b")) {
        await(
            journal
                .sessions()
                .append(SESSION, ByteString.copyFromUtf8(event))
                .toCompletableFuture());
      }
      await(journal.tasks().create(queued(1, Submission.Kind.LIVE)));
      await(end(journal, completed("r1")));
      assertThat(journal.sessions().create(SESSION, terms, terms, 6).toCompletableFuture())
          .failsWithin(10, TimeUnit.SECONDS);
    }
    try (Journal journal = Journal.open(file)) {
      assertThat(journal.sessions().load())
          .containsExactly(
              new SessionLog.Stored(
                  SESSION,
                  key,
                  terms,
                  5,
                  List.of(ByteString.copyFromUtf8("a"), ByteString.copyFromUtf8("b")),
                  BigInteger.valueOf(30),
                  1));
    }
  }

  @Test
  void aSecondGatewayIsRefused() {
    Path file = folder.resolve("journal.db");
    try (Journal first = Journal.open(file)) {
      assertThat(first.hasRoom()).isTrue();
      assertThatThrownBy(() -> Journal.open(file))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("in use by another gateway");
    }
    Journal.open(file).close();
  }

  @Test
  void aDamagedFileIsNamed() throws IOException {
    Path file = folder.resolve("journal.db");
    Journal.open(file).close();
    byte[] bytes = Files.readAllBytes(file);
    for (int i = 4096; i < Math.min(bytes.length, 12_288); i++) {
      bytes[i] = 0x5a;
    }
    Files.write(file, bytes);
    assertThatThrownBy(() -> Journal.open(file).close())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("journal.db")
        .hasMessageContaining("damaged");
  }

  @Test
  void whatIsNoDatabaseIsRefused() throws IOException {
    Path file = folder.resolve("journal.db");
    Files.writeString(file, "this is a text file, not a journal. ".repeat(100));
    assertThatThrownBy(() -> Journal.open(file).close())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("cannot be opened");
  }

  @Test
  void anotherProgramsDatabaseIsLeftAlone() throws Exception {
    Path file = folder.resolve("other.db");
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("CREATE TABLE recipes (name TEXT)");
    }
    assertThatThrownBy(() -> Journal.open(file).close())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("another program");
  }

  @Test
  void aNewerJournalIsRefused() throws Exception {
    Path file = folder.resolve("journal.db");
    Journal.open(file).close();
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = connection.createStatement()) {
      statement.execute("PRAGMA user_version = 99");
    }
    assertThatThrownBy(() -> Journal.open(file).close())
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("schema version 99");
  }

  private static CompletableFuture<@Nullable Void> end(Journal journal, TaskEnd end) {
    TaskStore.Changes changes = journal.tasks().change(id(1), SESSION);
    changes.end(end);
    return changes.submit();
  }

  private static TaskRow queued(int n, Submission.Kind kind) {
    return TaskRow.queued(
        id(n),
        submission(kind),
        1_000,
        "terms",
        new TokenPrice(BigInteger.ONE, BigInteger.TWO.pow(70)),
        BigInteger.TEN);
  }

  private static final Address OTHER = Address.parse("0x" + "02".repeat(20));

  private static TaskEnd completed(String receipt) {
    return new TaskEnd(
        "completed",
        9,
        null,
        GenerationResult.newBuilder().setOutputTokens(3).build(),
        null,
        new TaskUsage(BigInteger.valueOf(30), 7, 3),
        List.of(
            new TaskEnd.Earned(Address.ZERO, BigInteger.TEN),
            new TaskEnd.Earned(OTHER, BigInteger.TWO)),
        ByteString.copyFromUtf8(receipt),
        ByteString.copyFromUtf8("digest of " + receipt));
  }

  private static Submission submission(Submission.Kind kind) {
    GenerationSpec spec = GenerationSpec.newBuilder().setModel("tiny").setText("hello").build();
    return new Submission(SESSION, new Submission.Work.Generate(spec), kind, "ref", 60_000);
  }

  private static String id(int n) {
    return "%064x".formatted(n);
  }

  private static <T extends @Nullable Object> T await(CompletableFuture<T> future)
      throws Exception {
    return future.get(10, TimeUnit.SECONDS);
  }
}
