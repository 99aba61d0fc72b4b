package io.myelin.protocol.merkle;

import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.ids.Digest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A Merkle tree over a set of 32-byte values, laid out as {@code @openzeppelin/merkle-tree} does: a
 * leaf is the value hashed twice with Keccak-256, so that no inner node can pass for one; leaves
 * are sorted, so that the root does not depend on their order; a node hashes its two children, the
 * lower first, so that a proof needs no directions.
 */
public final class MerkleTree {
  /** What stands for the root where there is nothing to commit to; no value has a proof to it. */
  public static final Digest EMPTY_ROOT = Digest.ZERO;

  /** Root first; node i has the children 2i + 1 and 2i + 2. */
  private final Digest[] nodes;

  private MerkleTree(Digest[] nodes) {
    this.nodes = nodes;
  }

  /**
   * The tree over these values.
   *
   * @throws IllegalArgumentException when there is none, or one appears twice
   */
  public static MerkleTree of(Collection<Digest> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("values: none (expected: at least one)");
    }
    List<Digest> leaves = values.stream().map(MerkleTree::leaf).sorted().toList();
    Digest[] nodes = new Digest[2 * leaves.size() - 1];
    for (int i = 0; i < leaves.size(); i++) {
      if (i > 0 && leaves.get(i).equals(leaves.get(i - 1))) {
        throw new IllegalArgumentException("values: one appears twice (expected: a set)");
      }
      nodes[nodes.length - 1 - i] = leaves.get(i);
    }
    for (int i = leaves.size() - 2; i >= 0; i--) {
      nodes[i] = parent(nodes[2 * i + 1], nodes[2 * i + 2]);
    }
    return new MerkleTree(nodes);
  }

  /** The leaf of a value: Keccak-256 of its Keccak-256. */
  public static Digest leaf(Digest value) {
    return Keccak256.hash(Keccak256.hashBytes(value.bytes()));
  }

  /** Whether the proof leads from the value to the root. */
  public static boolean verify(Digest root, Digest value, List<Digest> proof) {
    Digest node = leaf(value);
    for (Digest sibling : proof) {
      node = parent(node, sibling);
    }
    return node.equals(root);
  }

  /** What the tree commits to. */
  public Digest root() {
    return nodes[0];
  }

  /** How many values there are. */
  public int size() {
    return (nodes.length + 1) / 2;
  }

  /** The siblings from the value's leaf up to the root; empty when the tree lacks the value. */
  public Optional<List<Digest>> proof(Digest value) {
    Digest leaf = leaf(value);
    int index = Arrays.asList(nodes).subList(nodes.length / 2, nodes.length).indexOf(leaf);
    if (index < 0) {
      return Optional.empty();
    }
    List<Digest> proof = new ArrayList<>();
    for (int i = index + nodes.length / 2; i > 0; i = (i - 1) / 2) {
      proof.add(nodes[i % 2 == 1 ? i + 1 : i - 1]);
    }
    return Optional.of(List.copyOf(proof));
  }

  private static Digest parent(Digest a, Digest b) {
    return a.compareTo(b) <= 0
        ? Keccak256.hash(a.bytes(), b.bytes())
        : Keccak256.hash(b.bytes(), a.bytes());
  }
}
