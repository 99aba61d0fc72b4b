package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.crypto.Signature;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.ids.TaskId;
import io.myelin.protocol.settlement.TestingTasks;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DebtStoreTest {
  private static final Signature SIGNATURE =
      OperatorKey.of(TestingTasks.named("key").bytes()).sign(Digest.ZERO);

  @TempDir Path folder;
  private Path file = Path.of("");

  @BeforeEach
  void file() {
    file = folder.resolve("debts.db");
  }

  private static WorkDebts.Draw draw(int receipt) {
    return new WorkDebts.Draw(
        SessionId.of(TestingTasks.named("session").bytes()),
        TaskId.of(TestingTasks.named("task").bytes()),
        Address.ZERO,
        TestingTasks.named("content/" + receipt),
        Set.of(),
        ByteString.copyFrom(new byte[] {(byte) receipt}),
        SIGNATURE,
        receipt == 1 ? Optional.empty() : Optional.of(Address.ZERO));
  }

  private void sql(String... statements) throws SQLException {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void shouldKeepWhatIsOwedAcrossARestart() {
    try (DebtStore store = DebtStore.open(file)) {
      store.owed(draw(1));
      store.owed(draw(2));
      store.owed(draw(3));
      store.over(draw(2));
    }
    try (DebtStore store = DebtStore.open(file)) {
      assertThat(store.read())
          .containsExactly(
              new DebtStore.Stored(draw(1).receipt(), SIGNATURE, Optional.empty()),
              new DebtStore.Stored(draw(3).receipt(), SIGNATURE, Optional.of(Address.ZERO)));
    }
  }

  @Test
  void shouldReadAFileOfBeforeVersionsWereWritten() throws Exception {
    try (DebtStore store = DebtStore.open(file)) {
      store.owed(draw(1));
    }
    sql("PRAGMA user_version = 0");
    try (DebtStore store = DebtStore.open(file)) {
      assertThat(store.read()).hasSize(1);
    }
  }

  @Test
  void shouldLeaveANewerFileAlone() throws Exception {
    DebtStore.open(file).close();
    sql("PRAGMA user_version = 2");
    assertThatExceptionOfType(SigningStoreException.class)
        .isThrownBy(() -> DebtStore.open(file))
        .withMessageContaining("has version 2, this program knows up to 1");
  }

  @Test
  void shouldLeaveAnotherProgramsFileAlone() throws Exception {
    sql("CREATE TABLE theirs (x)");
    assertThatExceptionOfType(SigningStoreException.class)
        .isThrownBy(() -> DebtStore.open(file))
        .withMessageContaining("another program");
    SigningStore.open(folder.resolve("signed.db")).close();
    file = folder.resolve("signed.db");
    assertThatExceptionOfType(SigningStoreException.class)
        .isThrownBy(() -> DebtStore.open(file))
        .withMessageContaining("another program");
  }
}
