package io.myelin.committee.proposal;

import io.myelin.contracts.terms.ChainTerms;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.subnet.SubnetModels;
import io.myelin.protocol.typeddata.SubnetConfig;

/**
 * The models that a subnet's owner wants a committee to sign.
 *
 * @param version that the subnet will have by it, at least 1
 */
public record ConfigProposal(Digest subnetId, long version, SubnetModels models) {
  /** Checks the version. */
  public ConfigProposal {
    if (version < 1) {
      throw new IllegalArgumentException("version: " + version + " (expected: >= 1)");
    }
  }

  /** What is signed, by the owner who asks and then by the committee. */
  public SubnetConfig wanted() {
    return new SubnetConfig(subnetId, version, ChainTerms.configDigest(ChainTerms.models(models)));
  }
}
