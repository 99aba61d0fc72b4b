package io.myelin.protocol.merkle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MerkleTreeTest {
  private static final Digest A = Sha256.hash(new byte[] {1});
  private static final Digest B = Sha256.hash(new byte[] {2});

  @Test
  void oneValueIsItsOwnRootWithAnEmptyProof() {
    MerkleTree tree = MerkleTree.of(List.of(A));

    assertThat(tree.root()).isEqualTo(MerkleTree.leaf(A));
    assertThat(tree.proof(A)).contains(List.of());
    assertThat(MerkleTree.verify(tree.root(), A, List.of())).isTrue();
    assertThat(MerkleTree.verify(tree.root(), B, List.of())).isFalse();
  }

  @Test
  void hashesLeavesTwiceAndPairsLowerFirst() {
    Digest a = MerkleTree.leaf(A);
    Digest b = MerkleTree.leaf(B);
    Digest low = a.compareTo(b) < 0 ? a : b;
    Digest high = a.compareTo(b) < 0 ? b : a;

    assertThat(a).isEqualTo(Keccak256.hash(Keccak256.hash(A.bytes()).bytes()));
    assertThat(MerkleTree.of(List.of(A, B)).root())
        .isEqualTo(Keccak256.hash(low.bytes(), high.bytes()));
  }

  @Test
  void commitsToASetAndToNothingElse() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MerkleTree.of(List.of()))
        .withMessageContaining("expected: at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MerkleTree.of(List.of(A, A)))
        .withMessageContaining("appears twice");
    assertThat(MerkleTree.of(List.of(A)).proof(B)).isEmpty();
    assertThat(MerkleTree.verify(MerkleTree.EMPTY_ROOT, A, List.of())).isFalse();
  }
}
