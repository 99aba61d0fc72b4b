package io.myelin.compute.task;

import io.myelin.v1.Offer;
import io.myelin.v1.StoredCommitment;

/** Turns an output into the promise that is kept on disk. */
public interface CommitSigner {

  /** Draws a salt, signs, and puts together what {@code Commit} will carry. */
  StoredCommitment sign(Offer offer, TaskOutput output);
}
