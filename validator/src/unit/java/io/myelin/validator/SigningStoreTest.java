package io.myelin.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.typeddata.Attestation;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SigningStoreTest {
  private static final Digest KIND = digest(1);
  private static final SigningStore.Signer SIGNER =
      new SigningStore.Signer(digest(7), Address.ZERO, Address.ZERO);

  @TempDir Path folder;

  private static Digest digest(int number) {
    return Sha256.hash(new byte[] {(byte) number});
  }

  private SigningStore open() {
    return SigningStore.open(folder.resolve("signed.db"));
  }

  @Test
  void shouldKeepItsFirstWordAcrossARestart() {
    Attestation first = new Attestation(KIND, digest(2), digest(3));
    Attestation other = new Attestation(KIND, digest(2), digest(4));
    try (SigningStore store = open()) {
      assertThat(store.promise(SIGNER, first)).isEqualTo(first.content());
      assertThat(store.promise(SIGNER, other)).isEqualTo(first.content());
      assertThat(store.promise(SIGNER, first)).isEqualTo(first.content());
    }
    try (SigningStore store = open()) {
      assertThat(store.promise(SIGNER, other)).isEqualTo(first.content());
    }
  }

  @Test
  void shouldTellKindsSubjectsAndChainsApart() {
    try (SigningStore store = open()) {
      store.promise(SIGNER, new Attestation(KIND, digest(2), digest(3)));
      assertThat(store.promise(SIGNER, new Attestation(digest(9), digest(2), digest(4))))
          .isEqualTo(digest(4));
      assertThat(store.promise(SIGNER, new Attestation(KIND, digest(5), digest(4))))
          .isEqualTo(digest(4));
      SigningStore.Signer elsewhere =
          new SigningStore.Signer(digest(8), Address.ZERO, Address.ZERO);
      assertThat(store.promise(elsewhere, new Attestation(KIND, digest(2), digest(4))))
          .isEqualTo(digest(4));
    }
  }

  @Test
  void shouldBeHeldOnce() {
    try (SigningStore store = open()) {
      assertThat(store).isNotNull();
      assertThatExceptionOfType(SigningStoreException.class)
          .isThrownBy(this::open)
          .withMessageContaining("Another process may hold it");
    }
  }

  @Test
  void shouldLeaveAnotherProgramsFileAlone() throws Exception {
    Path file = folder.resolve("signed.db");
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        var statement = other.createStatement()) {
      statement.execute("CREATE TABLE theirs (x)");
    }
    assertThatExceptionOfType(SigningStoreException.class)
        .isThrownBy(this::open)
        .withMessageContaining("another program");
  }
}
