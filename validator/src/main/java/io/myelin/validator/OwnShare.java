package io.myelin.validator;

import io.myelin.chain.ChainClient;
import io.myelin.chain.abi.ContractWrite;
import io.myelin.contracts.ValidatorRegistry;
import io.myelin.contracts.deploy.NetworkContracts;
import io.myelin.protocol.committee.ShareRules;
import io.myelin.protocol.crypto.Keccak256;
import io.myelin.protocol.crypto.OperatorKey;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.settlement.Subjects;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A validator's part in the randomness of the sets. Its shares follow from its key and the set they
 * are shown under, so nothing is kept: after a restart it shows what it had sealed.
 */
final class OwnShare {
  private static final Logger LOG = LoggerFactory.getLogger(OwnShare.class);
  private static final int WORD_BYTES = 32;

  private final ChainClient chain;
  private final NetworkContracts network;
  private final OperatorKey key;
  private final byte[] secret;
  private boolean toldOfOtherSeal;

  OwnShare(ChainClient chain, NetworkContracts network, OperatorKey key) {
    this.chain = chain;
    this.network = network;
    this.key = key;
    Digest purpose =
        Keccak256.hash(
            "myelin/validator/share/1".getBytes(StandardCharsets.UTF_8),
            network.domain().verifyingContract().bytes(),
            ByteBuffer.allocate(Long.BYTES).putLong(network.domain().chainId()).array());
    // Signatures are deterministic, and this one never leaves.
    this.secret = Keccak256.hashBytes(key.sign(purpose).bytes());
  }

  /**
   * What is to be sent now; empty when there is nothing to do, or nothing that could be done.
   *
   * @throws io.myelin.chain.ChainException when the chain cannot be read
   */
  Optional<ContractWrite> due() {
    ValidatorRegistry registry = network.validators();
    Address owner = registry.ownerOf(key.address()).on(chain);
    if (!registry.validatorOf(owner).on(chain).operator().equals(key.address())) {
      return Optional.empty();
    }
    long version = registry.setVersion().on(chain);
    long owes = registry.owesOf(owner).on(chain);
    long forgivenUpTo = registry.forgivenUpTo().on(chain);
    Digest next = Subjects.shareSeal(owner, share(version + 1));
    return switch (ShareRules.next(version, owes, forgivenUpTo)) {
      case WAIT -> Optional.empty();
      case SEAL -> Optional.of(registry.contribute(Digest.ZERO, next));
      case SHOW -> {
        Digest share = share(version);
        Digest sealed = registry.sealOf(owner).on(chain);
        if (!Subjects.shareSeal(owner, share).equals(sealed)) {
          tell(version, sealed);
          yield Optional.empty();
        }
        yield Optional.of(registry.contribute(share, next));
      }
    };
  }

  private void tell(long version, Digest sealed) {
    if (!toldOfOtherSeal) {
      LOG.warn(
          "{} cannot show the share sealed as {}: another key sealed it. It is passed over in set"
              + " {} and takes part again in the one after",
          key.address(),
          sealed,
          version + 1);
      toldOfOtherSeal = true;
    }
  }

  private Digest share(long version) {
    return Keccak256.hash(
        secret, ByteBuffer.allocate(WORD_BYTES).putLong(WORD_BYTES - Long.BYTES, version).array());
  }
}
