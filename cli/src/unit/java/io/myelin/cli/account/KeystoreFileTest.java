package io.myelin.cli.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.myelin.cli.CommandException;
import io.myelin.protocol.crypto.KeyDerivation;
import io.myelin.protocol.crypto.Keystore;
import io.myelin.protocol.crypto.KeystoreException;
import io.myelin.protocol.crypto.OperatorKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeystoreFileTest {
  private static final char[] PASSWORD = "password".toCharArray();
  private static final OperatorKey KEY = OperatorKey.generate(new Random(1));
  private static final String JSON =
      Keystore.encrypt(KEY, PASSWORD, new KeyDerivation.Scrypt(16, 8, 1), new Random(2));

  @TempDir Path folder;

  @Test
  void aNewAccountIsShownAgainWithItsPasswordOnly() throws IOException {
    Path file = folder.resolve("made/account.json");
    Path password = Files.writeString(folder.resolve("password"), "correct horse\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "battery staple\n");

    OperatorKey made = Keystores.create(file, password);
    assertThat(Keystores.open(file, password).address()).isEqualTo(made.address());
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> Keystores.open(file, wrong))
        .withMessageContaining("password does not fit");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> Keystores.create(file, password))
        .withMessageContaining("never overwritten");
  }

  @Test
  void keepsTheFileToItsOwner() throws IOException, KeystoreException {
    Path file = folder.resolve("key.json");
    KeystoreFile.write(file, JSON);

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
    assertThat(KeystoreFile.read(file, PASSWORD).address()).isEqualTo(KEY.address());
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> KeystoreFile.write(file, JSON));

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> KeystoreFile.read(file, PASSWORD))
        .withMessageContaining("mode rw-r----- (expected: rw-------; run chmod 600 on it)");
  }
}
