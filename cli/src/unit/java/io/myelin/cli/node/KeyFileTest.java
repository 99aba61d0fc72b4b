package io.myelin.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.myelin.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyFileTest {
  @TempDir Path folder;

  @Test
  void makesAKeyOnceForItsOwnerOnly() throws IOException {
    Path file = folder.resolve("a/operator.key");
    var made = KeyFile.loadOrCreate(file);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(KeyFile.loadOrCreate(file).address()).isEqualTo(made.address());
  }

  @Test
  void refusesAKeyThatOthersCanRead() throws IOException {
    Path file = folder.resolve("operator.key");
    var _ = KeyFile.loadOrCreate(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> KeyFile.loadOrCreate(file))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("rw-r--r--");
  }

  @Test
  void aDamagedKeyIsNotShown() throws IOException {
    Path file = folder.resolve("operator.key");
    var _ = KeyFile.loadOrCreate(file);
    Files.writeString(file, "f".repeat(63) + "z");
    assertThatThrownBy(() -> KeyFile.loadOrCreate(file))
        .isInstanceOf(CommandException.class)
        .hasMessageNotContaining("fff");
  }
}
