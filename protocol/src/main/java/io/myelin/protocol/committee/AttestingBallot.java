package io.myelin.protocol.committee;

import io.myelin.protocol.crypto.Signers;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;

/** Counts signatures over one digest. */
record AttestingBallot(Digest digest) implements Verdict.Ballot {
  @Override
  public Verdict.Count read(Address operator, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Yes yes ->
          Signers.signedBy(operator, digest, yes.signature())
              ? new Verdict.Count.For()
              : new Verdict.Count.Invalid(
                  "signed something else, or not with the key %s (expected: %s)"
                      .formatted(operator, digest));
      case Verdict.No no -> new Verdict.Count.Against(no.text());
      case Verdict.Stated _ ->
          new Verdict.Count.Invalid("a finding (expected: a signature over " + digest + ")");
    };
  }
}
