package io.myelin.protocol.commitment;

import io.myelin.protocol.crypto.Sha256;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.Salt;
import io.myelin.protocol.typeddata.TaskCommit;

/** The blind hash that a node sends before anyone reveals: SHA-256 of salt and commitment. */
public final class Precommits {
  private Precommits() {}

  /** SHA256(salt || hashStruct(commit)); says nothing about the commit while the salt is secret. */
  public static Digest hash(Salt salt, TaskCommit commit) {
    return Sha256.hash(salt, commit.hashStruct());
  }
}
