package io.myelin.compute.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.myelin.v1.StoredCommitment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileEvidenceStoreTest {
  @TempDir Path folder;

  @Test
  void keepsOverARestartUntilDiscarded() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 4)) {
      store.seal(commitment(2, 20));
      store.seal(commitment(1, 10));
      store.markOpened(id(2));
    }
    try (var store = FileEvidenceStore.open(folder, 4)) {
      assertThat(store.kept()).extracting(EvidenceStore.Kept::taskId).containsExactly(id(1), id(2));
      assertThat(store.kept()).extracting(EvidenceStore.Kept::opened).containsExactly(false, true);
      assertThat(store.load(id(1))).contains(commitment(1, 10));
      assertThat(store.load(id(2))).contains(commitment(2, 20));
      store.discard(id(1));
      store.discard(id(9));
    }
    try (var store = FileEvidenceStore.open(folder, 4)) {
      assertThat(store.kept()).hasSize(1);
      assertThat(store.load(id(1))).isEmpty();
    }
  }

  @Test
  void whatIsFinalIsKeptOnOverARestartAndBindsNobody() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 4)) {
      store.seal(commitment(1, 10));
      store.markOpened(id(1));
      store.retain(id(1));
      store.retain(id(9));
      assertThat(store.kept()).isEmpty();
    }
    try (var store = FileEvidenceStore.open(folder, 4)) {
      assertThat(store.kept()).isEmpty();
      assertThat(store.load(id(1))).contains(commitment(1, 10));
      assertThat(store.load(id(9))).isEmpty();
    }
  }

  @Test
  void whatIsKeptOnIsBoundedAndTheOldestGoes() throws IOException {
    RetainedFiles retained = new RetainedFiles(folder, ".kept", 2, 100);
    for (String name : List.of("a", "b", "c")) {
      retained.add(Files.write(folder.resolve(name), new byte[10]), name);
    }
    assertThat(retained.find("a")).isEmpty();
    assertThat(retained.find("c")).isPresent();
    retained.add(Files.write(folder.resolve("d"), new byte[95]), "d");
    assertThat(retained.find("c")).isEmpty();
    assertThat(retained.find("d")).contains(folder.resolve("d.kept"));
  }

  @Test
  void aLaterAttemptReplacesAnEarlierOne() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 4)) {
      store.seal(commitment(1, 10));
      store.markOpened(id(1));
      StoredCommitment later = commitment(1, 30).toBuilder().setAttempt(2).build();
      store.seal(later);
      assertThat(store.load(id(1))).contains(later);
      assertThat(store.kept()).hasSize(1);
      assertThat(store.kept().getFirst().opened()).isFalse();
    }
  }

  @Test
  void openedPromisesGiveWayAndUnopenedOnesDoNot() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 2)) {
      store.seal(commitment(1, 1));
      store.seal(commitment(2, 2));
      assertThatThrownBy(() -> store.seal(commitment(3, 3)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("2 unopened");
      store.markOpened(id(2));
      store.seal(commitment(3, 3));
      assertThat(store.kept()).extracting(EvidenceStore.Kept::taskId).containsExactly(id(1), id(3));
    }
  }

  @Test
  void aDamagedFileIsSetAsideAndTheRestIsKept() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 4)) {
      store.seal(commitment(1, 1));
      store.seal(commitment(2, 2));
    }
    Path damaged = file(".sealed", id(1));
    byte[] bytes = Files.readAllBytes(damaged);
    bytes[bytes.length - 1] ^= 1;
    Files.write(damaged, bytes);
    Files.write(folder.resolve("half.tmp"), new byte[] {1});
    try (var store = FileEvidenceStore.open(folder, 4)) {
      assertThat(store.kept()).extracting(EvidenceStore.Kept::taskId).containsExactly(id(2));
    }
    try (var files = Files.list(folder)) {
      List<String> names = files.map(f -> f.getFileName().toString()).toList();
      assertThat(names).anyMatch(n -> n.endsWith(".bad")).noneMatch(n -> n.endsWith(".tmp"));
    }
  }

  @Test
  void oneNodeAtATime() throws IOException {
    try (var store = FileEvidenceStore.open(folder, 4)) {
      assertThatThrownBy(() -> FileEvidenceStore.open(folder, 4))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another node");
      assertThat(store.kept()).isEmpty();
    }
  }

  private Path file(String ending, ByteString id) throws IOException {
    try (var files = Files.list(folder)) {
      String hex = java.util.HexFormat.of().formatHex(id.toByteArray());
      return files
          .filter(f -> f.getFileName().toString().equals(hex + ending))
          .findFirst()
          .orElseThrow();
    }
  }

  private static ByteString id(int n) {
    byte[] bytes = new byte[32];
    bytes[31] = (byte) n;
    return ByteString.copyFrom(bytes);
  }

  private static StoredCommitment commitment(int n, long sealedAtMillis) {
    return StoredCommitment.newBuilder()
        .setTaskId(id(n))
        .setAttempt(1)
        .setPrecommit(ByteString.copyFromUtf8("p" + n))
        .setEvidence(ByteString.copyFromUtf8("evidence of " + n))
        .setSealedAtMillis(sealedAtMillis)
        .build();
  }
}
