package io.myelin.gateway.session;

import io.myelin.gateway.session.SessionRefusedException.Reason;
import io.myelin.protocol.ids.Address;
import io.myelin.protocol.ids.Digest;
import io.myelin.protocol.ids.SessionId;
import io.myelin.protocol.selection.Candidate;
import io.myelin.protocol.subnet.ListedModel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The chain as sessions need it: price list, node pool, the committee's word, escrow, settlement.
 * No method blocks but {@link #find}; each may be repeated and takes effect once. A future that
 * fails, fails with {@link Refusal} when the session cannot be what it should, and with anything
 * else when that is not known.
 */
public interface SessionChain {

  /** What everybody who opens a session now agrees to. */
  Standing standing();

  /** The offer of a model in a subnet; empty when that does not list it, or is not served here. */
  Optional<Quote> quote(Digest subnetId, String model);

  /** Which subnets of the whole chain list a model, and who serves them. */
  default WhereServed whereServed() {
    return _ -> List.of();
  }

  /** The gateways that a subnet admits and that are ready, in the order of their addresses. */
  default List<Address> gateways(Digest subnetId) {
    return List.of();
  }

  /** The pool as it was last seen. */
  ChainPool pool();

  /** From now on the pool is to know what nodes weigh as of this validator set too. */
  default void wantWeights(long validatorSet) {}

  /** Looks at pool, prices and validators again. */
  CompletableFuture<ChainPool> refresh();

  /** Has a committee check the opening; completes when a quorum approved. */
  CompletableFuture<Void> approve(SessionId session, SessionOpening opening);

  /**
   * Opens it: budget into escrow and slots reserved, in one transaction. Completes when that is in
   * a block, and asks the committee first when {@link #approve} was not called.
   */
  CompletableFuture<OnChain> open(SessionId session, SessionOpening opening);

  /**
   * What became of an opening that an earlier run of the gateway asked for; empty when none was
   * sent, so that none ever will be.
   */
  Optional<CompletableFuture<OnChain>> opened(SessionId session);

  /** Gives an active session more nodes. */
  CompletableFuture<OnChain> extend(OnChain session, Extension extension);

  /**
   * Settles what the journal's receipts prove; completes when the session's money has a
   * destination, which somebody else may have given it.
   */
  CompletableFuture<Ending> settle(OnChain session);

  /** Where a session's money went. */
  enum Ending {
    /** It was split as the receipts say. */
    SETTLED,
    /** Back to the client, because it was not settled in time. */
    EXPIRED,
    /** Back to the client, because the gateway gave it up. */
    FAILED
  }

  /** Gives the session up: everything goes back to the client. */
  CompletableFuture<Void> giveUp(OnChain session);

  /** The terms of a session as the chain has them; blocks. For taking it up after a restart. */
  Optional<OnChain> find(SessionId session);

  /**
   * What a client signs into its nonce besides its own randomness, and what it may ask for.
   *
   * @param subnetIds that this gateway serves, at least one; the first is the default
   * @param validatorSet which committees are drawn from
   */
  record Standing(List<Digest> subnetIds, long validatorSet) {
    /** Checks that there is one. */
    public Standing {
      subnetIds = List.copyOf(subnetIds);
      if (subnetIds.isEmpty()) {
        throw new IllegalArgumentException("subnetIds: none (expected: at least one)");
      }
    }

    /** The default subnet: sessions for any model are opened in it. */
    public Digest subnetId() {
      return subnetIds.getFirst();
    }
  }

  /**
   * A model as a subnet offers it now.
   *
   * @param version the price's number, which a running session keeps
   * @param weightsDigest what nodes must serve, see {@link ListedModel#allows}
   */
  record Quote(Digest subnetId, long version, TokenPrice price, Digest weightsDigest) {
    /** Whether a node that serves the model does it with the listed weights. */
    public boolean allows(NodeView.Served served) {
      return weightsDigest.equals(Digest.ZERO)
          || ListedModel.allows(weightsDigest, Digest.parse(served.weightsDigestHex()));
    }
  }

  /**
   * More nodes for a session.
   *
   * @param nodes to add, in the order drawn
   * @param lost seats whose nodes cannot be reached
   * @param candidates the nodes were drawn from
   * @param draw which draw of the session this is, from 1
   */
  record Extension(List<Address> nodes, List<Address> lost, List<Candidate> candidates, int draw) {
    /** Copies. */
    public Extension {
      nodes = List.copyOf(nodes);
      lost = List.copyOf(lost);
      candidates = List.copyOf(candidates);
    }
  }

  /** The committee or a contract said no. */
  final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** With a message fit for a client. */
    public Refusal(Reason reason, String message) {
      super(message, null, false, false);
      this.reason = reason;
    }

    /** What kind of no. */
    public Reason reason() {
      return reason;
    }
  }
}
