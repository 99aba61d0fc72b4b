package io.myelin.protocol.merkle;

import static org.assertj.core.api.Assertions.assertThat;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class MerkleTreeProperties {
  private static List<Digest> values(int size, int from) {
    return IntStream.range(from, from + size)
        .mapToObj(i -> Sha256.hash(new byte[] {(byte) (i >> 8), (byte) i}))
        .toList();
  }

  @Property(tries = 60)
  void everyValueAndNoOtherHasAProof(@ForAll @IntRange(min = 1, max = 40) int size) {
    MerkleTree tree = MerkleTree.of(values(size, 0));
    Digest stranger = values(1, size).getFirst();

    assertThat(tree.size()).isEqualTo(size);
    for (Digest value : values(size, 0)) {
      List<Digest> proof = tree.proof(value).orElseThrow();
      assertThat(MerkleTree.verify(tree.root(), value, proof)).isTrue();
      assertThat(MerkleTree.verify(tree.root(), stranger, proof)).isFalse();
      for (int i = 0; i < proof.size(); i++) {
        List<Digest> wrong = new ArrayList<>(proof);
        wrong.set(i, stranger);
        assertThat(MerkleTree.verify(tree.root(), value, wrong)).isFalse();
        assertThat(MerkleTree.verify(tree.root(), value, proof.subList(0, i))).isFalse();
      }
    }
  }

  @Property(tries = 100)
  void rootDependsOnTheSetAlone(
      @ForAll @IntRange(min = 2, max = 40) int size, @ForAll long shuffle) {
    List<Digest> values = new ArrayList<>(values(size, 0));
    Digest root = MerkleTree.of(values).root();
    Collections.shuffle(values, new Random(shuffle));

    assertThat(MerkleTree.of(values).root()).isEqualTo(root);
    assertThat(MerkleTree.of(values.subList(1, size)).root()).isNotEqualTo(root);
  }

  @Property(tries = 60)
  void noInnerNodePassesForAValue(@ForAll @IntRange(min = 2, max = 40) int size) {
    MerkleTree tree = MerkleTree.of(values(size, 0));
    for (Digest value : values(size, 0)) {
      List<Digest> proof = tree.proof(value).orElseThrow();
      for (Digest inner : proof) {
        assertThat(MerkleTree.verify(tree.root(), inner, proof)).isFalse();
      }
      assertThat(MerkleTree.verify(tree.root(), tree.root(), List.of())).isFalse();
    }
  }
}
